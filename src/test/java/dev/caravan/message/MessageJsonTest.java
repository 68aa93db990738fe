package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageEvent.RedactedThinkingBlock;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Events and errors on the wire. */
class MessageJsonTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<Arguments> events() {
        return Stream.of(arguments("message_start", """
            {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m",
             "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,
             "cache_creation_input_tokens":3,"cache_read_input_tokens":4,"output_tokens":1}}}""",
                new MessageStart("msg_1", "m", new Usage(12, 3, 4, 1))),
                arguments("content_block_start", """
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
                        new ContentBlockStart(0, new TextBlock())),
                arguments("content_block_start",
                        """
                            {"type":"content_block_start","index":1,
                             "content_block":{"type":"thinking","thinking":"","signature":""}}""",
                        new ContentBlockStart(1, new ThinkingBlock())),
                arguments("content_block_start",
                        """
                            {"type":"content_block_start","index":2,
                             "content_block":{"type":"redacted_thinking","data":"ZGF0YQ=="}}""",
                        new ContentBlockStart(2, new RedactedThinkingBlock("ZGF0YQ=="))),
                arguments("content_block_start",
                        """
                            {"type":"content_block_start","index":3,
                             "content_block":{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{},"caller":{"type":"direct"}}}""",
                        new ContentBlockStart(3, new ToolUseBlock("toolu_1", "get_weather"))),
                arguments("content_block_delta",
                        """
                            {"type":"content_block_delta","index":10,"delta":{"type":"text_delta","text":"H\\"i\\\\ \\n é🎉"}}""",
                        new ContentBlockDelta(10, new TextDelta("H\"i\\ \n é🎉"))),
                arguments("content_block_delta",
                        """
                            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
                        new ContentBlockDelta(0, new ThinkingDelta("hm"))),
                arguments("content_block_delta",
                        """
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}}""",
                        new ContentBlockDelta(0, new SignatureDelta("EqQB"))),
                arguments("content_block_delta",
                        """
                            {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a"}}""",
                        new ContentBlockDelta(1, new InputJsonDelta("{\"a"))),
                arguments("content_block_delta",
                        """
                            {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}""",
                        new ContentBlockDelta(1, new InputJsonDelta(""))),
                arguments("content_block_stop", """
                    {"type":"content_block_stop","index":123}""", new ContentBlockStop(123)),
                arguments("message_delta", """
                    {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},
                     "usage":{"input_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,
                     "output_tokens":15}}""", new MessageDelta(StopReason.END_TURN, null, Usage.of(1, 15))),
                arguments("message_delta", """
                    {"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"},
                     "usage":{"input_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,
                     "output_tokens":15}}""",
                        new MessageDelta(StopReason.STOP_SEQUENCE, "END", Usage.of(1, 15))),
                arguments("message_stop", "{\"type\":\"message_stop\"}", new MessageStop()),
                arguments("ping", "{\"type\": \"ping\"}", new Ping()));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEvent(String name, String json, MessageEvent event) throws IOException {
        byte[] data = MessageJson.data(event);
        assertEquals(JSON.readTree(json), JSON.readTree(data));
        assertEquals(name, MessageJson.name(event));
        for (byte b : data) {
            assertFalse(b == '\n' || b == '\r', "a line end would cut the frame");
        }
    }

    @Test
    void aRawEventIsUntouched() {
        byte[] data = "{ \"type\":\"content_block_delta\" , \"x\":1.50 }  ".getBytes(StandardCharsets.UTF_8);
        RawEvent event = new RawEvent("content_block_delta", data);
        assertSame(data, MessageJson.data(event));
        assertEquals("content_block_delta", MessageJson.name(event));
    }

    @Test
    void aWholeMessageIsNoEventOfAStream() {
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        assertSame(json, MessageJson.data(new RawMessage(json)));
        assertThrows(IllegalArgumentException.class, () -> MessageJson.name(new RawMessage(json)));
    }

    @Test
    void halfACharacterBreaksNoStream() throws IOException {
        for (String half : new String[]{"a\uD83C", "\uDF89b", "\uD83C\uD83C"}) {
            MessageEvent event = new ContentBlockDelta(0, new TextDelta(half));
            assertEquals(Text.wellFormed(half),
                    JSON.readTree(MessageJson.data(event)).path("delta").path("text").asText());
            assertEquals(Text.wellFormed(half), JSON.readTree(MessageJson.quoted(half)).asText());
            JSON.readTree(MessageJson.error(ErrorType.API_ERROR, half, "req_1"));
            JSON.readTree(MessageJson.data(new ContentBlockStart(0, new ToolUseBlock("toolu_1", half))));
        }
    }

    @Property
    void everyTextSurvives(@ForAll String text, @ForAll @IntRange(min = 0) int index) throws IOException {
        String whole = Text.wellFormed(text);
        for (MessageEvent event : new MessageEvent[]{new ContentBlockDelta(index, new TextDelta(text)),
                new ContentBlockDelta(index, new ThinkingDelta(text)),
                new ContentBlockDelta(index, new SignatureDelta(text)),
                new ContentBlockDelta(index, new InputJsonDelta(text))}) {
            JsonNode json = JSON.readTree(MessageJson.data(event));
            assertEquals(index, json.path("index").asInt());
            JsonNode delta = json.path("delta");
            String field = delta.path("type").asText().replace("_delta", "").replace("input_json", "partial_json");
            assertEquals(whole, delta.path(field).asText());
        }
        assertEquals(whole, JSON.readTree(MessageJson.quoted(text)).asText());
    }

    @Test
    void anError() throws IOException {
        assertEquals(JSON.readTree("""
            {"type":"error","error":{"type":"rate_limit_error","message":"slow \\"down\\""},"request_id":"req_1"}"""),
                JSON.readTree(MessageJson.error(ErrorType.RATE_LIMIT_ERROR, "slow \"down\"", "req_1")));
    }

    @Test
    void anUpstreamsErrorIsUntouched() {
        byte[] body = "{\"type\":\"error\" , \"error\":{}}".getBytes(StandardCharsets.UTF_8);
        ApiException failure = ApiException.verbatim(529, ErrorType.OVERLOADED_ERROR, "Overloaded", body);
        assertArrayEquals(body, failure.envelope("req_1"));
        assertEquals(529, failure.status());
    }
}
