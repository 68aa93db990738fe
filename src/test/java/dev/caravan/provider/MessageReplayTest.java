package dev.caravan.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some servers ignore "stream": their answer is whole and right, and the client gets it as the events it waits for. */
@Tag("case-15")
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

    /** Every value is written as the upstream wrote it, and what only the end of a stream tells is told there. */
    @Test
    void everyValueKeepsItsSpelling() throws IOException {
        List<String> events = new ArrayList<>();
        MessageReplay.events("up",
                """
                    { "id":"msg_1","new":[1.50, 1e3],"content":[
                      {"type":"text","text":"\\u00e9\\ud83c","citations":[{"n":1.0},{"x": -0}],"more":1e0},
                      {"type":"thinking","thinking":"","signature":"EqQB\\/==","x":1.0},
                      {"type":"mcp_tool_use","id":"t","input":{"n": 1.0, "s":"\\"é"},"server_name":"s"},
                      {"type":"from_the_future","input":[1.0]}],
                     "stop_reason":"refusal","stop_details":{"a":1.0},"container":{"id":"c"},"usage":{"output_tokens":7, "n":1.0},
                     "context_management":{"applied_edits":[]}}"""
                        .getBytes(UTF_8),
                event -> events.add(new String(MessageJson.data(event), UTF_8)));
        assertEquals(
                """
                    {"type":"message_start","message":{"content":[],"stop_reason":null,"stop_sequence":null,"id":"msg_1","new":[1.50, 1e3],"container":{"id":"c"},"context_management":{"applied_edits":[]},"usage":{"n":1.0,"output_tokens":0}}}
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","citations":[],"more":1e0}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\u00e9\\ud83c"}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"n":1.0}}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"x": -0}}}
                    {"type":"content_block_stop","index":0}
                    {"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"","signature":"","x":1.0}}
                    {"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"EqQB\\/=="}}
                    {"type":"content_block_stop","index":1}
                    {"type":"content_block_start","index":2,"content_block":{"type":"mcp_tool_use","id":"t","input":{},"server_name":"s"}}
                    {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"n\\": 1.0, \\"s\\":\\"\\\\\\"é\\"}"}}
                    {"type":"content_block_stop","index":2}
                    {"type":"content_block_start","index":3,"content_block":{"type":"from_the_future","input":[1.0]}}
                    {"type":"content_block_stop","index":3}
                    {"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null,"stop_details":{"a":1.0},"container":{"id":"c"}},"usage":{"output_tokens":7, "n":1.0},"context_management":{"applied_edits":[]}}
                    {"type":"message_stop"}""",
                String.join("\n", events));
    }

    /** A client that adds up what it is told, or shows it, must not be told of the output before there is any. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"input_tokens\":3,\"cache_read_input_tokens\":4,\"output_tokens\":7}|"
                    + "{\"input_tokens\":3,\"cache_read_input_tokens\":4,\"output_tokens\":0}",
            "{\"output_tokens\":7,\"output_tokens_details\":{\"a\":1},\"server_tool_use\":{\"web_search_requests\":1},"
                    + "\"service_tier\":\"standard\",\"cache_creation\":{\"ephemeral_5m_input_tokens\":4}}|"
                    + "{\"service_tier\":\"standard\",\"cache_creation\":{\"ephemeral_5m_input_tokens\":4},\"output_tokens\":0}",
            "{}|{\"output_tokens\":0}", "null|{\"input_tokens\":0,\"output_tokens\":0}"})
    void theOutputIsCountedAtTheEnd(String usage, String opening) throws IOException {
        List<String> events = new ArrayList<>();
        MessageReplay.events("up", ("{\"type\":\"message\",\"content\":[],\"usage\":" + usage
                + ",\"stop_reason\":\"end_turn\"}").getBytes(UTF_8),
                event -> events.add(new String(MessageJson.data(event), UTF_8)));
        assertTrue(events.getFirst().contains("\"stop_reason\":null"), events.getFirst());
        assertTrue(events.getFirst().endsWith(",\"usage\":" + opening + "}}"), events.getFirst());
        String total = usage.equals("null") ? "{\"input_tokens\":0,\"output_tokens\":0}" : usage;
        assertEquals("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
                + "\"usage\":" + total + "}", events.get(1));
    }

    @Test
    void emptyTextHasNoDelta() throws IOException {
        List<String> events = new ArrayList<>();
        MessageReplay.events("up",
                "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"\"}]}".getBytes(UTF_8),
                event -> events.add(MessageJson.name(event)));
        assertEquals(List.of("message_start", "content_block_start", "content_block_stop", "message_delta",
                "message_stop"), events);
    }

    @Test
    void anEmptyAnswerHasNoBlocks() throws IOException {
        assertEquals(List.of(), replay("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],
             "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":0}}""").blocks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"content\":[1]}", "{\"content\":[{\"type\":\"text\",\"text\":7}]}",
            "{\"content\":[{\"type\":\"tool_use\",\"input\":null}]}", "<html>", "{\"content\":\"Hi\"}", "3"})
    void whatIsNoMessageIsAFailure(String json) {
        ApiException failure = assertThrows(ApiException.class, () -> replay(json));
        assertEquals(502, failure.status());
        assertEquals("provider up answered with JSON that is no message of the Messages API", failure.getMessage());
    }

    private static Said replay(String json) throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        MessageReplay.events("up", json.getBytes(UTF_8), events::add);
        return EventGrammar.wholeStream(EventGrammar.frames(events));
    }
}
