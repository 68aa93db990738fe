package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import dev.caravan.message.MessageEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some servers ignore "stream": their answer is whole and right, and the client gets it as the events it waits for. */
class MessageReplayTest {
    @Test
    void everyBlockIsToldAsItWouldHaveStreamed() throws IOException {
        Said said = replay("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
              {"type":"thinking","thinking":"hm","signature":"sig"},
              {"type":"text","text":"Hi é"},
              {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":[1,2]}},
              {"type":"redacted_thinking","data":"abc"}],
             "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":7}}""");
        assertEquals(List.of(Block.thinking("hm", "sig"), Block.text("Hi é"),
                Block.tool("toolu_1", "f", "{\"x\":[1,2]}"), Block.redacted("abc")), said.blocks());
        assertEquals("tool_use", said.stopReason());
        assertEquals("msg_1", said.start().path("message").path("id").asText());
        assertEquals(7, said.end().path("usage").path("output_tokens").asInt());
    }

    @Test
    void anEmptyAnswerHasNoBlocks() throws IOException {
        assertEquals(List.of(), replay("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],
             "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":0}}""").blocks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"content\":\"Hi\"}", "3"})
    void whatIsNoMessageIsAFailure(String json) {
        ApiException failure = assertThrows(ApiException.class, () -> replay(json));
        assertEquals(502, failure.status());
    }

    private static Said replay(String json) throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        MessageReplay.events(json.getBytes(UTF_8), events::add);
        return EventGrammar.wholeStream(EventGrammar.frames(events));
    }
}
