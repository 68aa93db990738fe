package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams of an Anthropic upstream, as they are on the wire there and then at the client. */
class AnthropicStreamTest {
    private static final String START = """
        {"type":"message_start","message":{"id":"msg_01QC","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":4,"cache_read_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":4},"output_tokens":1,"service_tier":"standard"}}     }
        """;
    private static final String END = """
        {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15} }
        {"type":"message_stop"    }
        """;

    static Stream<Arguments> streams() {
        return Stream.of(
                stream("case 1: parallel tool calls",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_A","name":"a","input":{},"caller":{"type":"direct"}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x\\": [1.50,"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" 1e3]}"}     }
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_B","name":"b","input":{}}}
                            {"type":"content_block_stop","index":1}
                            """),
                stream("case 3: thinking and its signature",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm","estimated_tokens":1}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCgIYAhIM\\/+=="}}
                            {"type":"content_block_stop","index":0}
                            """),
                stream("case 3: thinking that is not shown",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}}
                            {"type":"content_block_stop","index":0}
                            """),
                stream("case 4: redacted thinking",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"Zm9v+/=="}}
                            {"type":"content_block_stop","index":0}
                            """),
                stream("case 5: usage in several places",
                        """
                            {"type":"message_delta","delta":{"stop_reason":null},"usage":{"input_tokens":12,"cache_read_input_tokens":1e0,"server_tool_use":{"web_search_requests":1}}}
                            """),
                stream("case 7: a refusal without any block", ""), stream("case 14: pings anywhere", """
                    {"type": "ping"}
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    {"type": "ping"}
                    {"type":"content_block_stop","index":0}
                    {"type": "ping"}
                    """),
                stream("case 19: server tools, their results, cited text",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"query\\":\\"q\\"}"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","encrypted_content":"Eo8=","title":"t","url":"u","page_age":null}]}}
                            {"type":"content_block_stop","index":1}
                            {"type":"content_block_start","index":2,"content_block":{"citations":[],"type":"text","text":""}}
                            {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","encrypted_index":"E=="}}}
                            {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"so"}}
                            {"type":"content_block_stop","index":2}
                            """),
                stream("case 20: a tool without arguments, and an empty text",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"a","input":{}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_stop","index":1}
                            """),
                stream("case 20: a tool that is cut off by max_tokens and not closed",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"a","input":{}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x"}}
                            """),
                stream("case 21: characters of every length, escapes",
                        """
                            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"é你好🎉\\u00e9\\ud83c\\udf89\\/\\u2028\u2028"}}
                            {"type":"content_block_stop","index":0}
                            """),
                stream("unknown events, blocks, deltas and fields",
                        """
                            {"type":"from_the_future","index":7,"x":-0.0}
                            {"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"c","encrypted_content":"x"}}
                            {"type":"content_block_stop","index":0,"new":1}
                            """),
                stream("a message that begins again, as some upstreams send it", START));
    }

    private static Arguments stream(String what, String events) {
        return Arguments.of(what, Passed.frames(START + events + END));
    }

    @Tag("case-1")
    @Tag("case-3")
    @Tag("case-4")
    @Tag("case-5")
    @Tag("case-7")
    @Tag("case-14")
    @Tag("case-19")
    @Tag("case-20")
    @Tag("case-21")
    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void everyByteOfEveryEventPassesHoweverTheNetworkCutsThem(String what, String stream) {
        byte[] bytes = stream.getBytes(UTF_8);
        Passed.CHUNKINGS.forEach(sizes -> assertEquals(new Passed(stream, null), Passed.of(bytes, sizes)));
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(new Passed(stream, null), Passed.of(bytes, Passed.cutAt(cut)), "cut at " + cut);
        }
    }

    @Tag("case-2")
    @ParameterizedTest(name = "case 2: {0}")
    @CsvSource({"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
            "model_context_window_exceeded", "from_the_future"})
    void anyStopReasonPasses(String reason) {
        String stream = Passed.frames(START) + Passed.frame("message_delta",
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason + "\",\"stop_sequence\":\"x\","
                        + "\"stop_details\":{\"type\":\"refusal\"}},\"usage\":{\"output_tokens\":1},\"context_management\":{}}")
                + Passed.frame("message_stop", "{\"type\":\"message_stop\"}");
        assertEquals(new Passed(stream, null), Passed.of(stream.getBytes(UTF_8), at -> 7));
    }

    /** What of the framing is not the upstream's own; each of it means the same to every reader of server-sent events. */
    static Stream<Arguments> framings() {
        String whole = Passed.frames(START + END);
        return Stream.of(Arguments.of("lines that end in CR LF", whole.replace("\n", "\r\n")),
                Arguments.of("lines that end in CR", whole.replace("\n", "\r")),
                Arguments.of("comments", ": OPENROUTER PROCESSING\n\n" + whole.replace("data:", ":\ndata:")),
                Arguments.of("no space behind the colon", whole.replace(": {", ":{").replace("event: ", "event:")),
                Arguments.of("data before the name", whole.replaceAll("(event: .*\n)(data: .*\n)", "$2$1")),
                Arguments.of("ids, times to reconnect, unknown fields",
                        whole.replace("data:", "id: 7\nretry: 1\nx: y\ndata:")),
                Arguments.of("more than one blank line", whole.replace("\n\n", "\n\n\n\n")),
                Arguments.of("no blank line at the end", whole.substring(0, whole.length() - 2)),
                Arguments.of("a byte order mark", "\uFEFF" + whole),
                Arguments.of("what follows the message", whole + Passed.frame("ping", "{}")));
    }

    @Tag("case-21")
    @ParameterizedTest(name = "case 21: {0}")
    @MethodSource("framings")
    void framingIsPutInTheUsualForm(String what, String stream) {
        byte[] bytes = stream.getBytes(UTF_8);
        String whole = Passed.frames(START + END);
        Passed.CHUNKINGS.forEach(sizes -> assertEquals(new Passed(whole, null), Passed.of(bytes, sizes)));
    }

    @Test
    void anEventWithoutDataSaysNothing() {
        String whole = Passed.frames(START + END);
        String stream = whole.replace("event: message_delta", "event: news\ndata:\n\nevent: message_delta");
        assertEquals(new Passed(whole, null), Passed.of(stream.getBytes(UTF_8), at -> 7));
    }

    /** Case 7: whatever is missing at the end, a stream that is not whole is never taken for one that is. */
    @Tag("case-7")
    @ParameterizedTest(name = "case 7: {0}")
    @MethodSource("streams")
    void aStreamCutAtAnyEventFails(String what, String stream) {
        for (int end = stream.indexOf("\n\n"); end < stream.length() - 2; end = stream.indexOf("\n\n", end + 1)) {
            String part = stream.substring(0, end + 2);
            Passed passed = Passed.of(part.getBytes(UTF_8), at -> 7);
            assertEquals(part, passed.text());
            assertNotNull(passed.failure());
            assertEquals(502, passed.failure().status());
            assertEquals("provider up ended its stream before message_stop", passed.failure().getMessage());
        }
    }

    @Tag("case-7")
    @ParameterizedTest(name = "case 7: an error before the message: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"overloaded_error|529|Overloaded",
            "rate_limit_error|429|Overloaded", "invalid_request_error|400|Overloaded", "api_error|500|Overloaded",
            "timeout_error|504|Overloaded", "from_the_future|500|Overloaded",
            "authentication_error|502|provider up refused the gateway's credential",
            "permission_error|502|provider up refused the gateway's credential"})
    void anErrorInPlaceOfAMessageHasItsStatus(String type, int status, String message) {
        String error = "{\"type\":\"error\",  \"error\":{\"type\":\"" + type
                + "\",\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}";
        Passed passed = Passed.of(Passed.frame("error", error).getBytes(UTF_8), at -> 7);
        assertEquals("", passed.text());
        assertEquals(status, passed.failure().status());
        assertEquals(message, passed.failure().getMessage());
        if (status != 502) {
            assertEquals(error, new String(passed.failure().envelope("ours"), UTF_8));
            assertEquals("req_1", passed.failure().headers().get("request-id"));
        }
    }

    @Tag("case-7")
    @Test
    void case7AnErrorWithinAMessagePassesAndIsTheEnd() {
        String stream = Passed.frames(START) + Passed.frame("error",
                "{\"type\":\"error\", \"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}");
        assertEquals(new Passed(stream, null), Passed.of((stream + Passed.frames(END)).getBytes(UTF_8), at -> 7));
    }

    @Tag("case-15")
    @Test
    void case15ARefusalOfTheGatewaysCredentialIsNotTheClients() {
        String stream = Passed.frames(START) + Passed.frame("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key\"}}");
        Passed passed = Passed.of(stream.getBytes(UTF_8), at -> 7);
        assertEquals(Passed.frames(START), passed.text());
        assertEquals("provider up refused the gateway's credential", passed.failure().getMessage());
    }

    @Tag("case-7")
    @Test
    void case7AnEndWithoutABeginningFails() {
        Passed passed = Passed.of(Passed.frames("{\"type\":\"message_stop\"}").getBytes(UTF_8), at -> 7);
        assertEquals("", passed.text());
        assertEquals("provider up ended a message that it had not begun", passed.failure().getMessage());
    }

    @Test
    void anErrorThatIsNoneOfTheApisFails() {
        Passed passed = Passed.of(Passed.frame("error", "{\"message\":\"x\"}").getBytes(UTF_8), at -> 7);
        assertEquals(502, passed.failure().status());
        assertNull(passed.failure().headers().get("request-id"));
    }
}
