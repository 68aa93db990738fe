package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reply to a request that does not stream. */
class MessageAccumulatorTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MessageAccumulator message = new MessageAccumulator();
    private final EventSequencer sequencer = new EventSequencer(message::add);

    private void assertMessage(String content, String end) throws IOException {
        assertTrue(message.complete());
        assertEquals(JSON.readTree("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":%s,%s,
             "usage":{"input_tokens":9,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,
             "output_tokens":7}}""".formatted(content, end)), JSON.readTree(message.json()));
    }

    private void finish(StopReason reason, String stopSequence) {
        sequencer.finish(reason, stopSequence, new Usage(9, 2, 3, 7));
    }

    @Test
    void everyKindOfBlock() throws IOException {
        sequencer.start("msg_1", "m", Usage.of(1, 1));
        message.add(new Ping());
        sequencer.thinking("let me ");
        sequencer.thinking("see");
        sequencer.signature("sig");
        sequencer.redactedThinking("ZGF0YQ==");
        sequencer.text("Hel");
        sequencer.text("lo \"é🎉\"\n");
        sequencer.tool(0, "toolu_1", "f", "{\"a\": [1,");
        sequencer.tool(1, "toolu_2", "g", "");
        sequencer.tool(0, null, null, " 2.50]}");
        finish(StopReason.TOOL_USE, null);
        assertMessage("""
            [{"type":"thinking","thinking":"let me see","signature":"sig"},
             {"type":"redacted_thinking","data":"ZGF0YQ=="},{"type":"text","text":"Hello \\"é🎉\\"\\n"},
             {"type":"tool_use","id":"toolu_1","name":"f","input":{"a":[1,2.50]},"caller":{"type":"direct"}},
             {"type":"tool_use","id":"toolu_2","name":"g","input":{},"caller":{"type":"direct"}}]""",
                "\"stop_reason\":\"tool_use\",\"stop_sequence\":null");
    }

    @Test
    void anEmptyMessage() throws IOException {
        sequencer.start("msg_1", "m", Usage.NONE);
        finish(StopReason.REFUSAL, null);
        assertMessage("[]", "\"stop_reason\":\"refusal\",\"stop_sequence\":null");
    }

    @Test
    void aStopSequence() throws IOException {
        sequencer.start("msg_1", "m", Usage.NONE);
        sequencer.text("one");
        finish(StopReason.STOP_SEQUENCE, "END");
        assertMessage("[{\"type\":\"text\",\"text\":\"one\"}]",
                "\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"");
    }

    /** What a model sent for an input that is no JSON object is neither lost nor does it break the message. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{\"x\":\"lon|{\"_unparsed\":\"{\\\"x\\\":\\\"lon\"}",
            "null|{}", "[1]|{\"_unparsed\":\"[1]\"}", "`  `|{}",
            "{'a':1}|{\"_unparsed\":\"{'a':1}\"}", "` {\"a\" : 1}`|{\"a\":1}",
            "{\"a\":NaN}|{\"_unparsed\":\"{\\\"a\\\":NaN}\"}"})
    void anInputThatIsNoObject(String arguments, String input) throws IOException {
        sequencer.start("msg_1", "m", Usage.NONE);
        sequencer.tool(0, "toolu_1", "f", arguments);
        finish(StopReason.MAX_TOKENS, null);
        assertMessage("[{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":" + input
                + ",\"caller\":{\"type\":\"direct\"}}]",
                "\"stop_reason\":\"max_tokens\",\"stop_sequence\":null");
    }

    /** NUL bytes between the characters look like UTF-16 to a parser that guesses. */
    @Test
    void anInputThatLooksLikeAnotherEncoding() throws IOException {
        sequencer.start("msg_1", "m", Usage.NONE);
        sequencer.tool(0, "toolu_1", "f", "{\0}\0");
        finish(StopReason.TOOL_USE, null);
        assertEquals("{\0}", JSON.readTree(message.json()).path("content").path(0).path("input").path("_unparsed")
                .asText());
    }

    @Test
    void aSignatureReplacesTheOneBefore() throws IOException {
        message.add(new MessageStart("msg_1", "m", Usage.NONE));
        message.add(new ContentBlockStart(0, new ThinkingBlock()));
        message.add(new ContentBlockDelta(0, new SignatureDelta("first")));
        message.add(new ContentBlockDelta(0, new SignatureDelta("second")));
        message.add(new ContentBlockStop(0));
        message.add(new MessageEvent.MessageDelta(StopReason.END_TURN, null, new Usage(9, 2, 3, 7)));
        assertFalse(message.complete());
        message.add(new MessageEvent.MessageStop());
        assertMessage("[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"second\"}]",
                "\"stop_reason\":\"end_turn\",\"stop_sequence\":null");
    }

    @Test
    void aMessageThatHasNotEnded() {
        assertFalse(message.complete());
        sequencer.start("msg_1", "m", Usage.NONE);
        sequencer.text("Hel");
        assertFalse(message.complete());
        assertThrows(IllegalStateException.class, message::json);
    }

    @Test
    void aRawMessageIsUntouched() {
        byte[] json = "{ \"type\":\"message\" , \"x\":1.50 }".getBytes(StandardCharsets.UTF_8);
        message.add(new RawMessage(json));
        assertTrue(message.complete());
        assertSame(json, message.json());
    }

}
