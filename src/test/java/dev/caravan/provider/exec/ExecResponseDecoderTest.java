package dev.caravan.provider.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process writes, line by line, and the events that come of it. */
class ExecResponseDecoderTest {
    private final List<MessageEvent> events = new ArrayList<>();
    private final ExecResponseDecoder decoder = new ExecResponseDecoder("demo",
            new MessageStart("msg_1", "m", Usage.of(7, 1)), events::add);

    static Stream<Arguments> replies() {
        return Stream.of(
                reply("text and the end of stdout", """
                    {"text":"Hel"}
                    {"text":"lo"}
                    """, START + """
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}
                    {"type":"content_block_stop","index":0}
                    """ + end("end_turn", "null", 7, 1)),
                reply("nothing at all", "", START + end("end_turn", "null", 7, 1)),
                reply("nothing but signs of life and unknown keys", """
                    {}
                    {"progress":{"loaded":0.5}}
                    {"id":"msg_9","x":[{"text":"no"}],"text":null}
                    """, START + end("end_turn", "null", 7, 1)),
                reply("all keys in one line, in any order", """
                    {"done":{"stop_reason":"end_turn"},"usage":{"input_tokens":3,"output_tokens":4},\
                    "text":" t","signature":"s","thinking":"r"}
                    """,
                        START + """
                            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"r"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"caravan:s"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" t"}}
                            {"type":"content_block_stop","index":1}
                            """ + end(
                                "end_turn", "null", 3, 4)),
                reply("text, thinking, text are three blocks; a signature may come alone", """
                    {"text":"a"}
                    {"thinking":"b"}
                    {"signature":"caravan:x"}
                    {"text":"c"}
                    """,
                        START + """
                            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"","signature":""}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"b"}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"caravan:x"}}
                            {"type":"content_block_stop","index":1}
                            {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"c"}}
                            {"type":"content_block_stop","index":2}
                            """ + end(
                                "end_turn", "null", 7, 1)),
                reply("a signature of nothing is ignored", """
                    {"signature":"s"}
                    {"text":"a"}
                    {"signature":"s"}
                    """, TEXT_A + end("end_turn", "null", 7, 1)),
                reply("characters cut between lines arrive whole", """
                    {"text":"\\ud83c"}
                    {"text":"\\udf89"}
                    """, START + """
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"🎉"}}
                    {"type":"content_block_stop","index":0}
                    """ + end("end_turn", "null", 7, 1)),
                reply("empty text opens no block", """
                    {"text":""}
                    {"thinking":""}
                    {"done":{}}
                    """, START + end("end_turn", "null", 7, 1)),
                reply("tools, with an id, without one, and with one that does not conform", """
                    {"tool_use":{"id":"t-1","name":"a","input":{"x": [1, "}"]}}}
                    {"tool_use":{"id":"f:2","name":"b"}}
                    """,
                        START + """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t-1","name":"a","input":{},\
                            "caller":{"type":"direct"}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta",\
                            "partial_json":"{\\"x\\": [1, \\"}\\"]}"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"f_2_bd4b7b6fcfb4",\
                            "name":"b","input":{},"caller":{"type":"direct"}}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_stop","index":1}
                            """ + end(
                                "tool_use", "null", 7, 4)),
                reply("a call whose input comes in pieces, until something else is said", """
                    {"id":"m","tool_use":{"id":"t-1","name":"a"}}
                    {"id":"m","tool_input":"{\\"x\\":"}
                    {"id":"m","usage":{"output_tokens":3},"progress":{}}
                    {"id":"m","tool_input":" 1}"}
                    {"id":"m","text":"a","timings":{"prefill_ms":1}}
                    {"id":"m","done":{"stop_reason":"end_turn"}}
                    """,
                        START + """
                            {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t-1","name":"a","input":{},\
                            "caller":{"type":"direct"}}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x\\":"}}
                            {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" 1}"}}
                            {"type":"content_block_stop","index":0}
                            {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
                            {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}
                            {"type":"content_block_stop","index":1}
                            """ + end(
                                "tool_use", "null", 7, 3)),
                reply("the stop sequence that was met", """
                    {"text":"a"}
                    {"done":{"stop_reason":"stop_sequence","stop_sequence":"END"}}
                    """, TEXT_A + end("stop_sequence", "\"END\"", 7, 1)),
                reply("a stop sequence tells the reason", """
                    {"text":"a","done":{"stop_sequence":"\\n"}}
                    """, TEXT_A + end("stop_sequence", "\"\\n\"", 7, 1)),
                reply("a stop sequence without its name is the end of the turn", """
                    {"text":"a","done":{"stop_reason":"stop_sequence"}}
                    """, TEXT_A + end("end_turn", "null", 7, 1)),
                reply("a stop sequence beside another reason is dropped", """
                    {"text":"a","done":{"stop_reason":"max_tokens","stop_sequence":"END"}}
                    """, TEXT_A + end("max_tokens", "null", 7, 1)),
                reply("tool_use without a tool is the end of the turn", """
                    {"text":"a"}
                    {"done":{"stop_reason":"tool_use"}}
                    """, TEXT_A + end("end_turn", "null", 7, 1)),
                reply("what follows done is ignored", """
                    {"text":"a"}
                    {"done":{"stop_reason":"refusal"}}
                    garbage
                    {"error":"late"}
                    """, TEXT_A + end("refusal", "null", 7, 1)),
                reply("usage before the text is told at the start, the last numbers count, output is estimated", """
                    {"usage":{"input_tokens":11,"cache_read_input_tokens":5,"cache_creation_input_tokens":2}}
                    {"text":"12345678901234567890"}
                    {"usage":{"cache_read_input_tokens":6}}
                    """, """
                    {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m",\
                    "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,\
                    "cache_creation_input_tokens":2,"cache_read_input_tokens":5,"output_tokens":1}}}
                    {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"12345678901234567890"}}
                    {"type":"content_block_stop","index":0}
                    {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{\
                    "input_tokens":11,"cache_creation_input_tokens":2,"cache_read_input_tokens":6,"output_tokens":5}}
                    {"type":"message_stop"}
                    """),
                reply("spaces and a carriage return around the object", " \t{\"text\":\"a\"} \r\n", TEXT_A
                        + end("end_turn", "null", 7, 1)),
                reply("zero output tokens are a number", """
                    {"text":"a","usage":{"output_tokens":0}}
                    """, TEXT_A + end("end_turn", "null", 7, 0)));
    }

    private static final String START = """
        {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m",\
        "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":7,\
        "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}
        """;
    private static final String TEXT_A = START + """
        {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}
        {"type":"content_block_stop","index":0}
        """;

    private static Arguments reply(String what, String lines, String events) {
        return Arguments.of(what, lines, events);
    }

    private static String end(String reason, String sequence, int input, int output) {
        return """
            {"type":"message_delta","delta":{"stop_reason":"%s","stop_sequence":%s},"usage":{"input_tokens":%d,\
            "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d}}
            {"type":"message_stop"}
            """.formatted(reason, sequence, input, output);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replies")
    void linesBecomeEvents(String what, String lines, String expected) throws IOException {
        feed(lines);
        decoder.end();
        assertEquals(expected, written());
        EventGrammar.whole(events);
        assertTrue(decoder.finished());
    }

    @Tag("case-10")
    @Test
    void aToolIdGivenTwiceIsGivenOnce() throws IOException {
        feed("""
            {"tool_use":{"id":"t1","name":"a"}}
            {"tool_use":{"id":"t1","name":"a"}}
            """);
        decoder.end();
        List<String> ids = events.stream().filter(MessageEvent.ContentBlockStart.class::isInstance)
                .map(event -> ((MessageEvent.ContentBlockStart) event).block())
                .map(block -> ((MessageEvent.ToolUseBlock) block).id()).toList();
        assertEquals("t1", ids.get(0));
        assertTrue(ids.get(1).matches("toolu_[a-zA-Z0-9]{24}"), ids.get(1));
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource({"end_turn, tool_use", "tool_use, tool_use", "max_tokens, max_tokens", "refusal, refusal"})
    void aToolThatWasCalledMakesTheReasonUnlessTheAnswerWasCut(String said, String told) throws IOException {
        feed("{\"tool_use\":{\"name\":\"a\"}}\n{\"done\":{\"stop_reason\":\"" + said + "\"}}\n");
        assertTrue(decoder.finished());
        assertTrue(written().contains("\"stop_reason\":\"" + told + "\""), written());
    }

    @Tag("case-2")
    @ParameterizedTest
    @ValueSource(strings = {"end_turn", "max_tokens", "pause_turn", "refusal",
            "model_context_window_exceeded"})
    void theReasonsOfTheApiAreTakenAsTheyAre(String reason) throws IOException {
        feed("{\"text\":\"a\",\"done\":{\"stop_reason\":\"" + reason + "\"}}\n");
        assertTrue(written().contains("\"stop_reason\":\"" + reason + "\""), written());
    }

    @Test
    void anEventComesWithItsLine() throws IOException {
        feed("{\"usage\":{\"input_tokens\":3}}\n{\"progress\":{}}\n");
        assertEquals(List.of(), events, "nothing was said yet, so an error would still have its status");
        feed("{\"text\":\"a\"}\n");
        assertEquals(3, events.size());
        assertFalse(decoder.finished());
    }

    @Test
    void aSingleLineMayBeTheWholeReply() throws IOException {
        decoder.message("{\"text\":\"a\"}".getBytes(StandardCharsets.UTF_8));
        assertEquals(TEXT_A + end("end_turn", "null", 7, 1), written());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"error\":\"out of memory\"} | 500 | api_error | provider demo: out of memory",
            "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no images\"}} | 400 | invalid_request_error "
                    + "| provider demo: no images",
            "{\"error\":{\"type\":\"not_found_error\",\"message\":\"m\"}} | 404 | not_found_error | provider demo: m",
            "{\"error\":{\"type\":\"request_too_large\",\"message\":\"m\"}} | 413 | request_too_large | provider demo: m",
            "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\"}} | 429 | rate_limit_error | provider demo: m",
            "{\"error\":{\"type\":\"api_error\",\"message\":\"m\"}} | 500 | api_error | provider demo: m",
            "{\"error\":{\"type\":\"timeout_error\",\"message\":\"m\"}} | 504 | timeout_error | provider demo: m",
            "{\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}} | 529 | overloaded_error | provider demo: m",
            "{\"error\":{\"type\":\"authentication_error\",\"message\":\"m\"}} | 500 | api_error | provider demo: m",
            "{\"error\":{\"type\":\"permission_error\",\"message\":\"m\"}} | 500 | api_error | provider demo: m",
            "{\"error\":{\"type\":\"my_error\",\"message\":\"two\\nlines\"}} | 500 | api_error | provider demo: two?lines",
            "{\"error\":{\"type\":\"my_error\"}} | 500 | api_error "
                    + "| provider demo: the process reported an error without a message",
            "{\"error\":{}} | 500 | api_error | provider demo: the process reported an error without a message"})
    void anErrorLineIsTheErrorThatItSays(String line, int status, String type, String message) {
        ApiException error = assertThrows(ApiException.class, () -> feed(line + "\n"));
        assertEquals(message, error.getMessage());
        assertEquals(type, error.type().wireName());
        assertEquals(status, error.status());
        assertEquals(List.of(), events);
    }

    @Test
    void whatStandsBesideAnErrorInItsLineComesFirstAndDoneDoesNotCount() {
        assertThrows(ApiException.class, () -> feed("{\"done\":{},\"error\":\"x\",\"text\":\"a\"}\n"));
        assertTrue(written().endsWith("""
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}
            """), written());
        assertFalse(decoder.finished());
    }

    @Test
    void aLongErrorIsCut() {
        ApiException error = assertThrows(ApiException.class,
                () -> feed("{\"error\":\"" + "x".repeat(100_000) + "\"}\n"));
        assertEquals("provider demo: " + "x".repeat(2_000) + "…", error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Loading secret-model...", "[1]", "\"secret\"", "null", "1", "{\"text\":\"secret",
            "{\"text\":\"a\"}{\"text\":\"secret\"}", "{\"text\":\"a\"} secret", "{text:\"secret\"}",
            "{\"text\":\"\\ud8\"}",
            "data: {\"text\":\"secret\"}"})
    void aLineThatIsNotOneJsonObjectIsAnErrorThatDoesNotRepeatIt(String line) {
        assertBroken(line, "provider demo: sent a line that is not one JSON object");
    }

    @Test
    void bytesThatAreNotUtf8AreAnError() {
        byte[] line = "{\"text\":\"a?\"}".getBytes(StandardCharsets.ISO_8859_1);
        line[10] = (byte) 0xe4;
        ApiException error = assertThrows(ApiException.class, () -> decoder.event("message", line, 0, line.length));
        assertEquals("provider demo: sent a line that is not one JSON object", error.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"text\":5} | text: expected a string",
            "{\"text\":{\"secret\":1}} | text: expected a string", "{\"thinking\":[]} | thinking: expected a string",
            "{\"signature\":true} | signature: expected a string", "{\"tool_use\":[]} | tool_use: expected an object",
            "{\"tool_use\":{}} | tool_use.name: expected the tool's name",
            "{\"tool_input\":{}} | tool_input: expected a string",
            "{\"tool_input\":\"{}\"} | tool_input: no call has begun whose input is to follow",
            "{\"cancelled\":true} | the process gave up the request without being asked to",
            "{\"tool_use\":{\"name\":\"\"}} | tool_use.name: expected the tool's name",
            "{\"tool_use\":{\"name\":1}} | tool_use.name: expected a string",
            "{\"tool_use\":{\"name\":\"a\",\"input\":\"{}\"}} | tool_use.input: expected an object",
            "{\"usage\":7} | usage: expected an object",
            "{\"usage\":{\"input_tokens\":-1}} | usage.input_tokens: expected a whole number, 0 or more",
            "{\"usage\":{\"output_tokens\":1.5}} | usage.output_tokens: expected a whole number, 0 or more",
            "{\"usage\":{\"output_tokens\":99999999999999999999}} | usage.output_tokens: expected a whole number, 0 or more",
            "{\"error\":5} | error: expected an object", "{\"error\":{\"type\":5}} | error.type: expected a string",
            "{\"done\":true} | done: expected an object",
            "{\"done\":{\"stop_reason\":1}} | done.stop_reason: expected a string",
            "{\"done\":{\"stop_reason\":\"stop\"}} | done.stop_reason: \"stop\" is no stop reason of the API"})
    void aKnownKeyOfAnotherTypeIsAnError(String line, String problem) {
        assertBroken(line, "provider demo: " + problem);
    }

    private void assertBroken(String line, String message) {
        ApiException error = assertThrows(ApiException.class, () -> feed(line + "\n"));
        assertEquals(message, error.getMessage());
        assertEquals("api_error", error.type().wireName());
        assertEquals(502, error.status());
    }

    /** Feeds each line from the middle of a larger buffer, as a stream does. */
    private void feed(String lines) throws IOException {
        for (String line : lines.lines().toList()) {
            byte[] bytes = ("junk" + line + "junk").getBytes(StandardCharsets.UTF_8);
            decoder.event("message", bytes, 4, bytes.length - 8);
        }
    }

    private String written() {
        StringBuilder text = new StringBuilder();
        for (MessageEvent event : events) {
            text.append(new String(MessageJson.data(event), StandardCharsets.UTF_8)).append('\n');
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"text\":\"a\"}", "{\"done\":{}}", "{\"tool_use\":{\"name\":\"b\"}}",
            "{\"done\":{\"stop_reason\":\"tool_use\"}}"})
    void anInputThatBreaksOffIsAnError(String next) {
        ApiException error = assertThrows(ApiException.class,
                () -> feed("{\"tool_use\":{\"name\":\"a\"}}\n{\"tool_input\":\"{\\\"x\"}\n" + next + "\n"));
        assertEquals("provider demo: tool_input: the pieces are not one JSON object", error.getMessage());
    }

    @Test
    void anInputMayBeCutByTheLimitOfTokens() throws Exception {
        feed("{\"tool_use\":{\"name\":\"a\"}}\n{\"tool_input\":\"{\\\"x\"}\n{\"done\":{\"stop_reason\":\"max_tokens\"}}\n");
        assertTrue(decoder.finished());
    }
}
