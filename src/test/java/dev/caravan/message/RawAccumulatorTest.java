package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of an Anthropic upstream, event by event as they are on the wire, and the messages that they tell. */
class RawAccumulatorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String START = """
        {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],\
        "stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"cache_read_input_tokens":3,"output_tokens":1}}}
        """;
    private static final String END = """
        {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}
        {"type":"message_stop"}
        """;

    private final MessageAccumulator message = new MessageAccumulator();

    private void feed(String events) throws IOException {
        for (String data : events.lines().toList()) {
            String name = JSON.readTree(data).path("type").asText();
            message.add(new RawEvent(name, data.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private String json() {
        assertTrue(message.complete());
        return new String(message.json(), StandardCharsets.UTF_8);
    }

    static Stream<Arguments> blocks() {
        return Stream.of(block("text, with a ping between", """
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
            {"type": "ping"}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"} }
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo é🎉\\u2028"}   }
            {"type":"content_block_stop","index":0}
            """, """
            {"type":"text","text":"Hello é🎉\u2028"}"""), block("halves of a character, joined and left alone", """
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud83c"}}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\udf89\\ud83c"}}
            {"type":"content_block_stop","index":0}
            """, """
            {"type":"text","text":"🎉\uFFFD"}"""), block("cited text", """
            {"type":"content_block_start","index":0,"content_block":{"citations":[],"type":"text","text":""}}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"so"}}
            {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"type":"a","n":1.50}}}
            {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"type":"b"}}}
            {"type":"content_block_stop","index":0}
            """, """
            {"citations":[{"type":"a","n":1.50},{"type":"b"}],"type":"text","text":"so"}"""),
                block("thinking: the last signature counts, what the deltas tell of themselves does not",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"let ","estimated_tokens":1}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"me"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"old"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB=="}}
                            {"type":"content_block_stop","index":0}
                            """,
                        """
                            {"type":"thinking","thinking":"let me","signature":"EqQB=="}"""),
                block("redacted thinking",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"ZGF0YQ=="}}
                            {"type":"content_block_stop","index":0}
                            """,
                        """
                            {"type":"redacted_thinking","data":"ZGF0YQ=="}"""),
                block("two tools, of which one takes no input and the other keeps its own as written",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"a","input":{},"caller":{"type":"direct"},"new":[1e3]}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x\\": [1.50,"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" 1e400]}"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"server_tool_use","id":"srv_1","name":"b","input":{}}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_stop","index":1}
                            """,
                        """
                            {"type":"tool_use","id":"toolu_1","name":"a","input":{"x": [1.50, 1e400]},"caller":{"type":"direct"},"new":[1E+3]},\
                            {"type":"server_tool_use","id":"srv_1","name":"b","input":{}}"""),
                block("an input that was cut off, and a block that was not closed",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"a","input":{}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x"}}
                            """,
                        """
                            {"type":"tool_use","id":"t","name":"a","input":{"_unparsed":"{\\"x"}}"""),
                block("blocks, deltas and events that are new",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null,"keep":{"a":0}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"short","encrypted_content":"x"}}
                            {"type":"from_the_future","index":7}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"u"}]}}
                            {"type":"content_block_stop","index":1}
                            """,
                        """
                            {"type":"compaction","content":"short","keep":{"a":0},"encrypted_content":"x"},\
                            {"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"u"}]}"""),
                block("no block at all", "", ""));
    }

    private static Arguments block(String what, String events, String content) {
        return Arguments.of(what, events, content);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("blocks")
    void blocksAreGathered(String what, String events, String content) throws IOException {
        feed(START + events + END);
        assertEquals(
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":["
                        + content + "],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                        + "\"usage\":{\"input_tokens\":12,\"cache_read_input_tokens\":3,\"output_tokens\":15}}",
                json());
    }

    /** Totals replace those of the start one by one; fields of the message that only its end tells are the message's. */
    @Test
    void whatTheEndTellsOfTheMessage() throws IOException {
        feed("""
            {"type":"message_start","message":{"id":"m","content":[],"container":null,"stop_reason":null,\
            "usage":{"input_tokens":12,"output_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":4},"service_tier":"standard"}}}
            {"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal"},"container":{"id":"c"}},\
            "usage":{"output_tokens":2,"server_tool_use":{"web_search_requests":1}},"context_management":{"applied_edits":[]}}
            {"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":9}}
            {"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":1}}
            """);
        assertEquals("{\"id\":\"m\",\"content\":[],\"container\":{\"id\":\"c\"},\"stop_reason\":\"refusal\","
                + "\"usage\":{\"input_tokens\":12,\"output_tokens\":9,\"cache_creation\":{\"ephemeral_5m_input_tokens\":4},"
                + "\"service_tier\":\"standard\",\"server_tool_use\":{\"web_search_requests\":1}},"
                + "\"stop_details\":{\"type\":\"refusal\"},\"context_management\":{\"applied_edits\":[]}}", json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"usage\":null", ",\"usage\":7"})
    void aUsageThatOnlyTheEndTells(String usage) throws IOException {
        feed("{\"type\":\"message_start\",\"message\":{\"id\":\"m\"" + usage + "}}\n" + END);
        assertEquals(JSON.readTree("{\"output_tokens\":15}"), JSON.readTree(json()).get("usage"));
    }

    @Test
    void aMessageWithoutEndIsGivenUp() throws IOException {
        feed(START
                + "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
        byte[] delta = ("{\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + "x".repeat(1024 * 1024)
                + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
        ApiException failure = assertThrows(ApiException.class, () -> {
            for (int i = 0; i < 64; i++) {
                message.add(new RawEvent("content_block_delta", delta));
            }
        });
        assertEquals("the upstream sent a message of more than 33554432 bytes", failure.getMessage());
        assertEquals(502, failure.status());
    }

    @Test
    void aStreamThatHasNotEndedIsNoMessage() throws IOException {
        feed(START + END.lines().findFirst().orElseThrow());
        assertFalse(message.complete());
        assertThrows(IllegalStateException.class, message::json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"overloaded_error|529|overloaded_error|busy",
            "rate_limit_error|429|rate_limit_error|busy", "from_the_future|500|api_error|busy",
            "authentication_error|502|api_error|the upstream refused the gateway's credential"})
    void aFailureInMidStreamIsTheCalls(String type, int status, String told, String text) throws IOException {
        feed(START);
        String data = "{\"type\":\"error\",\"error\":{\"type\":\"" + type
                + "\",\"message\":\"busy\"},\"request_id\":\"req_1\"}";
        ApiException failure = assertThrows(ApiException.class, () -> feed(data));
        assertEquals(status, failure.status());
        assertEquals(told, failure.type().wireName());
        assertEquals(text, failure.getMessage());
        if (status != 502) {
            assertEquals(data, new String(failure.envelope("ours"), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "message_start|{\"message\":{}}|the upstream began a second message within a message",
            "content_block_start|{\"index\":0,\"content_block\":{}}|the upstream began the block 0 twice",
            "content_block_delta|{\"index\":1,\"delta\":{}}|the upstream went on with the block 1, which it had not begun",
            "content_block_delta|{\"index\":0}|the upstream sent an event content_block_delta without what it should hold",
            "message_delta|{\"delta\":[]}|the upstream sent an event message_delta without what it should hold",
            "message_delta|[]|the upstream sent an event message_delta without what it should hold",
            "content_block_start|``|the upstream sent an event content_block_start without what it should hold",
            "message_delta|{\"x\":1e10000003333333333}|the upstream sent an event message_delta that is no JSON",
            "message_delta|{|the upstream sent an event message_delta that is no JSON"})
    void whatMakesNoMessageIsAFailure(String name, String data, String problem) throws IOException {
        feed(START
                + "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
        RawEvent event = new RawEvent(name, data.getBytes(StandardCharsets.UTF_8));
        ApiException failure = assertThrows(ApiException.class, () -> message.add(event));
        assertEquals(problem, failure.getMessage());
        assertEquals(502, failure.status());
    }
}
