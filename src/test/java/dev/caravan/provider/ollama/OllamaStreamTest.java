package dev.caravan.provider.ollama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import dev.caravan.provider.Chunkings;
import dev.caravan.provider.LineEventStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines as Ollama sends them and the events that come of them, however the network cuts them. */
class OllamaStreamTest {
    static final MessageStart OPENING = new MessageStart("msg_1", "claude-x", Usage.of(50, 1));
    private static final String HEAD = "{\"model\":\"qwen3\",\"created_at\":\"2026-08-21T10:00:00.123456Z\",\"message\":{\"role\":\"assistant\",";
    private static final String DONE = "{\"model\":\"qwen3\",\"created_at\":\"2026-08-21T10:00:01Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
            + "\"done\":true,\"done_reason\":\"%s\",\"total_duration\":91,\"load_duration\":1,\"prompt_eval_count\":26,\"prompt_eval_duration\":2,\"eval_count\":7,\"eval_duration\":3}\n";

    record Decoded(String events, ApiException failure) {}

    static String line(String fields) {
        return HEAD + fields + "},\"done\":false}\n";
    }

    static String done(String reason) {
        return DONE.formatted(reason);
    }

    static Decoded decode(List<byte[]> chunks) {
        LineEventStream stream = new LineEventStream(Chunkings.source(chunks), "ollama", 1 << 20,
                out -> new OllamaResponseDecoder(out, OPENING));
        List<MessageEvent> events = new ArrayList<>();
        ApiException failure = null;
        try {
            for (MessageEvent event = stream.next(); event != null; event = stream.next()) {
                events.add(event);
            }
            EventGrammar.check(events);
        } catch (ApiException e) {
            failure = e;
            EventGrammar.checkCutOff(events);
        }
        return new Decoded(EventText.of(events), failure);
    }

    private static void becomes(String stream, String expected) {
        for (List<byte[]> chunks : Chunkings.of(stream)) {
            Decoded decoded = decode(chunks);
            assertNull(decoded.failure);
            assertEquals(expected.strip(), decoded.events);
        }
    }

    private static void fails(String stream, String expectedEvents, String message) {
        for (List<byte[]> chunks : Chunkings.of(stream)) {
            Decoded decoded = decode(chunks);
            assertNotNull(decoded.failure, () -> "no failure behind\n" + decoded.events);
            assertEquals(expectedEvents.strip(), decoded.events);
            assertEquals("502 api_error: " + message, decoded.failure.status() + " "
                    + decoded.failure.type().wireName() + ": " + decoded.failure.getMessage());
        }
    }

    @Test
    void textTokenByToken() {
        becomes(line("\"content\":\"Grüße\"") + line("\"content\":\"\"") + line("\"content\":\" 你好🎉\"")
                + done("stop"), """
                    start
                    0 text
                    0 +Grüße
                    0 + 你好🎉
                    0 stop
                    end end_turn in 26 created 0 read 0 out 7
                    stop
                    """);
    }

    @Tag("case-3")
    @Test
    @DisplayName("case 3: reasoning, then the answer; both in one line; reasoning again")
    void thinking() {
        becomes(line("\"content\":\"\",\"thinking\":\"a\"") + line("\"content\":\"\",\"thinking\":\"b\"")
                + line("\"content\":\"x\",\"thinking\":\"c\"") + line("\"content\":\"\",\"thinking\":\"d\"")
                + done("stop"), """
                    start
                    0 thinking
                    0 +a
                    0 +b
                    0 +c
                    0 signature caravan:ollama
                    0 stop
                    1 text
                    1 +x
                    1 stop
                    2 thinking
                    2 +d
                    2 signature caravan:ollama
                    2 stop
                    end end_turn in 26 created 0 read 0 out 7
                    stop
                    """);
    }

    @Tag("case-1")
    @Tag("case-2")
    @Test
    @DisplayName("cases 1 and 2: whole calls, their arguments objects, all numbered 0, done_reason stop")
    void calls() {
        becomes(line("\"content\":\"I look.\"")
                + line("\"content\":\"\",\"tool_calls\":[{\"id\":\"call_a\",\"function\":{\"index\":0,\"name\":\"a\",\"arguments\":{\"x\": 1, \"s\":\"é\"}}}]")
                + line("\"content\":\"\",\"tool_calls\":[{\"id\":\"call_b\",\"function\":{\"index\":0,\"name\":\"b\",\"arguments\":{}}},"
                        + "{\"id\":\"call_c\",\"function\":{\"name\":\"b\",\"arguments\":null}}]")
                + done("stop"), """
                    start
                    0 text
                    0 +I look.
                    0 stop
                    1 tool_use call_a a
                    1 +
                    1 +{"x":1,"s":"é"}
                    1 stop
                    2 tool_use call_b b
                    2 +
                    2 stop
                    3 tool_use call_c b
                    3 +
                    3 stop
                    end tool_use in 26 created 0 read 0 out 7
                    stop
                    """);
    }

    @Tag("case-10")
    @Test
    @DisplayName("case 10: an id that the API refuses, one that comes twice, and none")
    void ids() {
        String call = "{\"id\":\"%s\",\"function\":{\"name\":\"a\",\"arguments\":{}}}";
        String events = decode(List.of((line("\"tool_calls\":[" + call.formatted("functions.Bash:0") + ","
                + call.formatted("c") + "," + call.formatted("c") + "," + call.formatted("") + "]") + done("stop"))
                .getBytes(StandardCharsets.UTF_8))).events;
        assertTrue(events.replaceAll("\\d \\+\n|\\d stop\n", "").matches("""
            start
            0 tool_use functions_Bash_0_a97d15071f75 a
            1 tool_use c a
            2 tool_use c_2 a
            3 tool_use toolu_\\w{24} a
            end tool_use .*
            stop"""), events);
    }

    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: why it ended")
    @CsvSource({"stop,end_turn", "length,max_tokens", "'',end_turn"})
    void doneReason(String reason, String expected) {
        becomes(line("\"content\":\"x\"") + done(reason),
                "start\n0 text\n0 +x\n0 stop\nend " + expected + " in 26 created 0 read 0 out 7\nstop");
    }

    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: a reason that is not known, or none for an answer to end, is a failure")
    @CsvSource({"load,the provider's reply holds no message", "unload,the provider's reply holds no message",
            "invented,the provider ended the message for a reason that is not known: invented"})
    void reasonsThatAreNone(String reason, String message) {
        Decoded decoded = decode(Chunkings.of(line("\"content\":\"x\"") + done(reason)).getFirst());
        assertEquals("start\n0 text\n0 +x", decoded.events);
        assertEquals("502 " + message, decoded.failure.status() + " " + decoded.failure.getMessage());
    }

    @Tag("case-2")
    @Test
    @DisplayName("case 2: a call that the limit cut off is no call to be run")
    void lengthBehindACall() {
        becomes(line("\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":{}}}]") + done("length"),
                "start\n0 tool_use c a\n0 +\n0 stop\nend max_tokens in 26 created 0 read 0 out 7\nstop");
    }

    @Tag("case-5")
    @ParameterizedTest
    @DisplayName("case 5: usage that is not told is estimated, never 0")
    @CsvSource(delimiter = '|', value = {"\"prompt_eval_count\":9,\"eval_count\":3 | in 9 created 0 read 0 out 3",
            "\"eval_count\":3 | in 50 created 0 read 0 out 3", "\"prompt_eval_count\":9 | in 9 created 0 read 0 out 2",
            "\"prompt_eval_count\":0,\"eval_count\":0 | in 50 created 0 read 0 out 2",
            "\"prompt_eval_count\":\"9\",\"eval_count\":null | in 50 created 0 read 0 out 2"})
    void usage(String counts, String expected) {
        becomes(line("\"content\":\"8 bytes!\"") + "{\"done\":true,\"done_reason\":\"stop\"," + counts + "}\n",
                "start\n0 text\n0 +8 bytes!\n0 stop\nend end_turn " + expected + "\nstop");
    }

    @Tag("case-8")
    @Test
    @DisplayName("case 8: everything in one line, which no line feed ends")
    void oneLine() {
        becomes("{\"message\":{\"role\":\"assistant\",\"content\":\"Hi\",\"thinking\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":1}",
                "start\n0 text\n0 +Hi\n0 stop\nend end_turn in 3 created 0 read 0 out 1\nstop");
    }

    @Test
    void emptyAnswer() {
        becomes(done("stop"), "start\nend end_turn in 26 created 0 read 0 out 7\nstop");
    }

    @Test
    void carriageReturnsBlankLinesAndWhatComesBehindTheEnd() {
        becomes(line("\"content\":\"x\"").replace("\n", "\r\n") + "\n \n" + done("stop") + "{broken\n",
                "start\n0 text\n0 +x\n0 stop\nend end_turn in 26 created 0 read 0 out 7\nstop");
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: an error in the midst of the reply")
    void errorInTheMidst() {
        fails(line("\"content\":\"x\"") + "{\"error\":\"an error was encountered while running the model\"}\n",
                "start\n0 text\n0 +x", "an error was encountered while running the model");
        fails(line("\"content\":\"x\"") + "{\"error\":{\"message\":\"gone\"}}\n" + done("stop"), "start\n0 text\n0 +x",
                "gone");
        fails("{\"error\":\"llama runner process has terminated: exit status 2\"}\n", "",
                "llama runner process has terminated: exit status 2");
        fails("{\"error\":\"\"}\n", "", "the provider reported an error without a reason");
    }

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: an end that comes too early is an error and no end_turn")
    @ValueSource(strings = {"", "\n", "{\"message\":{\"content\":\"\"},\"done\":false}\n"})
    void endsTooEarly(String rest) {
        fails(line("\"content\":\"x\"") + rest, "start\n0 text\n0 +x",
                "the provider's reply ended before the message did");
        fails(rest + " ", "", "the provider's reply ended before the message did");
    }

    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"{", "nonsense", "[]", "7", "null", "{} {}", "<html>", "{\"message\":{\"content\":\"y\""})
    void whatIsNoLine(String data) {
        fails(line("\"content\":\"x\"") + data + "\n" + done("stop"), "start\n0 text\n0 +x",
                "the provider sent a line that is no JSON object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"message\":null}", "{\"message\":[]}", "{\"done\":\"true\"}", "{\"error\":null}",
            "{\"message\":{\"content\":7,\"thinking\":{},\"tool_calls\":{}}}",
            "{\"message\":{\"tool_calls\":[null,1]}}", "{\"remote_model\":\"m\",\"logprobs\":[{\"token\":\"x\"}]}"})
    void whatIsPassedOver(String data) {
        becomes(data + "\n" + line("\"content\":\"x\"") + data + "\n" + done("stop"),
                "start\n0 text\n0 +x\n0 stop\nend end_turn in 26 created 0 read 0 out 7\nstop");
    }

    @Tag("case-3")
    @Test
    void aWholeReplyThatDidNotStream() {
        List<MessageEvent> events = new ArrayList<>();
        OllamaResponseDecoder decoder = new OllamaResponseDecoder(events::add, OPENING);
        decoder.message(
                """
                    {"model":"qwen3","created_at":"2026-08-21T10:00:00Z","message":{"role":"assistant","content":"Hi","thinking":"hm",
                     "tool_calls":[{"id":"c","function":{"name":"a","arguments":{"x":1}}}]},
                     "done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":9}"""
                        .getBytes(StandardCharsets.UTF_8));
        assertEquals("""
            start
            0 thinking
            0 +hm
            0 signature caravan:ollama
            0 stop
            1 text
            1 +Hi
            1 stop
            2 tool_use c a
            2 +
            2 +{"x":1}
            2 stop
            end tool_use in 3 created 0 read 0 out 9
            stop""", EventText.of(events));
    }

    @Test
    void noNumberLosesADigit() {
        becomes(line("\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":{\"n\":"
                + "[12345678901234567890.123,1.50]}}}]") + done("stop"), """
                    start
                    0 tool_use c f
                    0 +
                    0 +{"n":[12345678901234567890.123,1.50]}
                    0 stop
                    end tool_use in 26 created 0 read 0 out 7
                    stop""");
    }
}
