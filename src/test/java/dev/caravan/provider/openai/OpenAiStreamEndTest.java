package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a stream of chunks ends: reasons, usage, failures. */
class OpenAiStreamEndTest {
    private static final String CUT_OFF = "the provider's stream ended before the message did";

    // -- why it ended --------------------------------------------------------------------------------------------------

    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: why a text ended")
    @CsvSource({"stop,end_turn", "length,max_tokens", "max_tokens,max_tokens", "content_filter,refusal",
            "sensitive,refusal", "model_length,model_context_window_exceeded", "eos,end_turn", "STOP,end_turn",
            "model_context_window_exceeded,model_context_window_exceeded",
            // there is no call to wait for
            "tool_calls,end_turn", "function_call,end_turn"})
    void stopReasonOfText(String finishReason, String stopReason) {
        assertEquals(stopReason, stopReason(Decoded.stream("D {\"content\":\"x\"}\nF " + finishReason + "\n[DONE]")));
    }

    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: why a call ended, also where a server says stop")
    @CsvSource({"stop,tool_use", "tool_calls,tool_use", "function_call,tool_use", "eos_token,tool_use",
            "length,max_tokens", "content_filter,refusal"})
    void stopReasonOfACall(String finishReason, String stopReason) {
        assertEquals(stopReason, stopReason(Decoded.stream(
                "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}\nF "
                        + finishReason + "\n[DONE]")));
    }

    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: a reason that is not known, or none for an answer to end, is a failure")
    @CsvSource({"something_new,the provider ended the message for a reason that is not known: something_new",
            "repetition,the provider ended the message for a reason that is not known: repetition",
            // Gemini behind OpenAI's API, of a call that it could not make sense of
            "function_call_filter: MALFORMED_FUNCTION_CALL,the provider ended the message for a reason that is not known: "
                    + "function_call_filter: MALFORMED_FUNCTION_CALL",
            "abort,the provider broke the message off: abort",
            "network_error,the provider broke the message off: network_error"})
    void reasonsThatAreNone(String finishReason, String message) {
        ApiException failure = Decoded.stream("D {\"content\":\"x\"}\nF " + finishReason + "\n[DONE]").failure();
        assertEquals("502 " + message, failure.status() + " " + failure.getMessage());
    }

    @Tag("case-2")
    @Test
    @DisplayName("case 2: null in quotes is no reason")
    void nullInQuotes() {
        assertEquals("max_tokens", stopReason(
                Decoded.stream("D {\"content\":\"x\"}\nF null\nD {\"content\":\"y\"}\nF length\n[DONE]")));
    }

    /** vLLM tells it as {@code stop_reason}, SGLang as {@code matched_stop}; others put other words there. */
    @Tag("case-2")
    @ParameterizedTest
    @DisplayName("case 2: the stop sequence that was met, where a server tells it")
    @CsvSource({"stop_reason, '\"END\"', stop_sequence, END", "matched_stop, '\"END\"', stop_sequence, END",
            "stop_reason, 128009, end_turn,", "stop_reason, null, end_turn,", "matched_stop, '\"</s>\"', end_turn,"})
    void stopSequence(String field, String value, String stopReason, String stopSequence) {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, Decoded.OPENING, Decoded.NO_NAMES,
                OpenAiOptions.DEFAULT, List.of("STOP", "END"));
        Decoded.feed(decoder, "D {\"content\":\"x\"}");
        Decoded.feed(decoder, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"" + field + "\":"
                + value + "}]}");
        decoder.end();
        List<MessageEvent> replied = new ArrayList<>();
        new OpenAiResponseDecoder(replied::add, Decoded.OPENING, Decoded.NO_NAMES, OpenAiOptions.DEFAULT,
                List.of("STOP", "END"))
                .message(("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\",\""
                        + field
                        + "\":" + value + "}]}").getBytes(StandardCharsets.UTF_8));
        for (List<MessageEvent> told : List.of(events, replied)) {
            EventGrammar.Said said = EventGrammar.whole(told);
            assertEquals(stopReason, said.stopReason());
            assertEquals(stopSequence == null ? "" : stopSequence, said.stopSequence().replace("null", ""));
        }
    }

    @Tag("case-2")
    @Test
    @DisplayName("case 2: a call cut off by the limit")
    void aCallCutOffByTheLimit() {
        Decoded.stream("""
            D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{\\"x\\":\\"lo"}}]}
            F length
            [DONE]
            """).is("""
            start
            0 tool_use c a
            0 +
            0 +{"x":"lo
            0 stop
            end max_tokens in 50 created 0 read 0 out 2
            stop
            """);
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: a finish reason that is repeated ends the message once")
    void aFinishReasonThatIsRepeatedEndsTheMessageOnce() {
        Decoded.stream(
                """
                    D {"content":"x"}
                    F stop
                    F stop
                    {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    {"choices":[{"index":0,"delta":{"content":"late"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    [DONE]
                    [DONE]
                    """)
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop");
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: an empty finish reason is none")
    void anEmptyFinishReasonIsNone() {
        Decoded.stream(
                """
                    {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":""}],"usage":{"prompt_tokens":5,"completion_tokens":1}}
                    {"choices":[{"index":0,"delta":{"content":"y"},"finish_reason":""}],"usage":{"prompt_tokens":5,"completion_tokens":2}}
                    {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
                    """)
                .is("start\n0 text\n0 +x\n0 +y\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop");
    }

    // -- usage ---------------------------------------------------------------------------------------------------------

    @Tag("case-5")
    @ParameterizedTest
    @DisplayName("case 5: usage in any chunk")
    @ValueSource(strings = {
            // behind the finish reason
            "D {\"content\":\"x\"}\nF stop\nU %s\n[DONE]", "D {\"content\":\"x\"}\nF stop\nU %s",
            // with it, at the top, in the choice, under Groq's name
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":%s}\n[DONE]",
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":%s}]}\n[DONE]",
            "D {\"content\":\"x\"}\n{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\",\"usage\":%s},\"usage\":null}",
            // before it
            "D {\"content\":\"x\"}\nU %s\nF stop\n[DONE]",
            // in every chunk, growing
            "{\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":1}}\n{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":%s}\nU %s"})
    void usageWhereverItComes(String chunks) {
        Decoded.stream(chunks.replace("%s",
                "{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18,\"prompt_tokens_details\":{\"cached_tokens\":4}}"))
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 7 created 0 read 4 out 7\nstop");
    }

    @Tag("case-5")
    @ParameterizedTest
    @DisplayName("case 5: usage in the terms of the API")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":8,\"cache_write_tokens\":2}} | in 10 created 2 read 8 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_tokens_details\":null,\"completion_tokens_details\":null} | in 20 created 0 read 0 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_cache_hit_tokens\":16,\"prompt_cache_miss_tokens\":4} | in 4 created 0 read 16 out 5",
            "{\"prompt_tokens\":20,\"completion_tokens\":5,\"cached_tokens\":16} | in 4 created 0 read 16 out 5",
            // reasoning counted in, and apart
            "{\"prompt_tokens\":20,\"completion_tokens\":30,\"total_tokens\":50,\"completion_tokens_details\":{\"reasoning_tokens\":25}} | in 20 created 0 read 0 out 30 thinking 25",
            "{\"prompt_tokens\":291,\"completion_tokens\":26,\"total_tokens\":513,\"completion_tokens_details\":{\"reasoning_tokens\":196}} | in 291 created 0 read 0 out 222 thinking 196",
            // nonsense
            "{\"prompt_tokens\":3,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":8}} | in 0 created 0 read 8 out 1",
            "{\"prompt_tokens\":\"3\",\"completion_tokens\":-1.5} | in 50 created 0 read 0 out 2",
            // not told, or in part
            "null | in 50 created 0 read 0 out 2", "{} | in 50 created 0 read 0 out 2",
            "{\"prompt_tokens\":0,\"completion_tokens\":0} | in 50 created 0 read 0 out 2",
            "{\"prompt_tokens\":9} | in 9 created 0 read 0 out 2",
            "{\"completion_tokens\":9} | in 50 created 0 read 0 out 9"})
    void usageInTheApisTerms(String usage, String expected) {
        Decoded.stream("D {\"content\":\"8 bytes!\"}\nF stop\nU " + usage + "\n[DONE]")
                .is("start\n0 text\n0 +8 bytes!\n0 stop\nend end_turn " + expected + "\nstop");
    }

    @Tag("case-5")
    @Test
    @DisplayName("case 5: usage is never 0")
    void usageIsNeverZero() {
        Decoded.stream("F stop\n[DONE]").is("start\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    // -- when the message ends -----------------------------------------------------------------------------------------

    @Tag("case-5")
    @Test
    @DisplayName("case 5: the end waits for the usage and not longer")
    void theEndWaitsForTheUsageAndNotLonger() {
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, Decoded.OPENING,
                ToolNames.of(Encoded.decoded(
                        "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")),
                OpenAiOptions.DEFAULT);
        Decoded.feed(decoder, "D {\"role\":\"assistant\",\"content\":\"\"}");
        assertEquals("", EventText.of(events));
        Decoded.feed(decoder, "D {\"content\":\"x\"}");
        assertEquals("start\n0 text\n0 +x", EventText.of(events));
        Decoded.feed(decoder, "F stop");
        assertFalse(decoder.finished());
        Decoded.feed(decoder, "U {\"prompt_tokens\":5,\"completion_tokens\":2}");
        assertTrue(decoder.finished());
        assertEquals("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 2\nstop",
                EventText.of(events));
    }

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: a finish reason and the end, [DONE] or both")
    @ValueSource(strings = {"F stop", "F stop\n[DONE]", "[DONE]", "\n[DONE]", " [DONE] ", "[DONE] bye",
            "[DONE]\n{broken"})
    void aMessageThatIsWhole(String ending) {
        Decoded.stream("D {\"content\":\"x\"}\n" + ending)
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: [DONE] without a finish reason behind a call")
    void doneWithoutAFinishReasonBehindACall() {
        Decoded.stream("""
            D {"tool_calls":[{"index":0,"id":"c","function":{"name":"a","arguments":"{}"}}]}
            [DONE]""")
                .is("start\n0 tool_use c a\n0 +\n0 stop\nend tool_use in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: a stream that says nothing")
    @ValueSource(strings = {"[DONE]", " ", "D {\"role\":\"assistant\",\"content\":\"\"}",
            "D {\"role\":\"assistant\",\"content\":\"\"}\n[DONE]",
            "U {\"prompt_tokens\":5,\"completion_tokens\":0}\n[DONE]", "{}"})
    void aStreamThatSaysNothing(String chunks) {
        Decoded.stream(chunks).fails("", 502, "api_error", CUT_OFF);
        Decoded.stream(chunks, Decoded.ACCEPTING, ToolNames.of(Encoded
                .decoded("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")))
                .fails("", 502, "api_error", CUT_OFF);
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: a stream that just ends is an error, unless the provider may")
    void aStreamThatJustEnds() {
        String chunks = "D {\"content\":\"x\"}\nU {\"prompt_tokens\":5,\"completion_tokens\":1}";
        Decoded.stream(chunks).fails("start\n0 text\n0 +x", 502, "api_error", CUT_OFF);
        accepting(chunks).is("start\n0 text\n0 +x\n0 stop\nend end_turn in 5 created 0 read 0 out 1\nstop");
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: arguments that are cut off are never whole")
    void argumentsThatAreCutOffAreNeverWhole() {
        String chunks = "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":\"}}]}";
        String events = "start\n0 tool_use c a\n0 +\n0 +{\"x\":";
        Decoded.stream(chunks).fails(events, 502, "api_error", CUT_OFF);
        Decoded.stream(chunks + "\n[DONE]").fails(events, 502, "api_error", CUT_OFF);
        accepting(chunks).fails(events, 502, "api_error", CUT_OFF);
    }

    private static Decoded accepting(String chunks) {
        return Decoded.stream(chunks, Decoded.ACCEPTING,
                ToolNames.of(Encoded
                        .decoded(
                                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")));
    }

    // -- failures ------------------------------------------------------------------------------------------------------

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: the four shapes of an error in the midst (hazard 9)")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"error\":{\"message\":\"boom\",\"code\":500}} | 502 | api_error | boom",
            "{\"error\":{\"message\":\"slow\",\"code\":429}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"slow\",\"code\":\"429\"}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"slow\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}} | 429 | rate_limit_error | slow",
            "{\"error\":{\"message\":\"busy\",\"code\":503}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"busy\",\"code\":529}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"busy\",\"type\":\"engine_overloaded_error\"}} | 529 | overloaded_error | busy",
            "{\"error\":{\"message\":\"no\",\"code\":400,\"metadata\":{\"raw\":\"{}\"}}} | 502 | api_error | no",
            "{\"error\":{\"message\":\"no\",\"code\":\"invalid_api_key\"}} | 502 | api_error | no",
            "{\"error\":\"text\"} | 502 | api_error | text",
            "{\"error\":{\"code\":500}} | 502 | api_error | the provider reported an error without a reason",
            "{\"error\":true} | 502 | api_error | the provider reported an error without a reason",
            // beside choices
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lost\"},\"finish_reason\":\"error\"}],\"error\":{\"message\":\"gone\",\"code\":429}} | 429 | rate_limit_error | gone",
            "{\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"message\":\"gone\",\"code\":503}}]} | 529 | overloaded_error | gone",
            "{\"object\":\"error\",\"message\":\"vllm\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400} | 502 | api_error | vllm",
            // by the event's name
            "event: error {\"error\":{\"message\":\"tool\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"status_code\":400}} | 502 | api_error | tool",
            "event: error {\"error\":{\"message\":\"slow\",\"status_code\":429}} | 429 | rate_limit_error | slow",
            "event: error {\"message\":\"flat\",\"code\":503} | 529 | overloaded_error | flat",
            "event: error plain words | 502 | api_error | plain words",
            // a finish reason that is a failure
            "F error | 502 | api_error | the provider reported an error without a reason",
            // vLLM and SGLang; Z.ai
            "F abort | 502 | api_error | the provider broke the message off: abort",
            "F network_error | 502 | api_error | the provider broke the message off: network_error",
            "F insufficient_system_resource | 529 | overloaded_error | the provider ran out of resources before the message was complete"})
    void aFailureInTheMidst(String line, int status, String type, String message) {
        Decoded.stream("D {\"content\":\"x\"}\n" + line + "\n[DONE]").fails("start\n0 text\n0 +x", status, type,
                message);
        // before anything was said there is no message yet, so that the reply still can have the failure's status
        Decoded.stream("D {\"role\":\"assistant\",\"content\":\"\"}\n" + line + "\n[DONE]").fails("", status, type,
                message);
    }

    @Tag("case-7")
    @Test
    @DisplayName("case 7: an error behind the finish reason")
    void aFailureBehindTheFinishReason() {
        Decoded.stream(
                """
                    D {"content":"x"}
                    F length
                    {"error":{"code":400,"message":"Token limit reached"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":4,"completion_tokens":1}}
                    [DONE]
                    """)
                .fails("start\n0 text\n0 +x", 502, "api_error", "Token limit reached");
    }

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: bad JSON")
    @ValueSource(strings = {"{", "{\"choices\":[", "nonsense", "[]", "\"text\"", "7", "null", "{} {}", "{}x", "<html>",
            "{\"a\":\u0001}",
            "[DON", "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":99999999999999999999}]}}]}"})
    void whatIsNoChunk(String data) {
        Decoded.stream("D {\"content\":\"x\"}\n" + data + "\n[DONE]").fails("start\n0 text\n0 +x", 502, "api_error",
                "the provider sent an event that is no JSON object");
    }

    @Tag("case-7")
    @ParameterizedTest
    @DisplayName("case 7: fields of odd types are passed over")
    @ValueSource(strings = {"{}", "{\"choices\":null}", "{\"choices\":{}}", "{\"choices\":[null,1,[]]}",
            "{\"choices\":[{}]}",
            "{\"choices\":[{\"delta\":null,\"finish_reason\":null}]}",
            "{\"choices\":[{\"delta\":\"a\",\"message\":{\"content\":\"cumulated\"}}]}",
            "{\"choices\":[{\"delta\":{\"content\":7,\"reasoning\":{},\"tool_calls\":{},\"function_call\":1,\"reasoning_details\":1}}]}",
            "{\"error\":null,\"choices\":[]}", "{\"error\":{},\"choices\":[]}", "{\"error\":false}", "{\"error\":\"\"}",
            "{\"usage\":7,\"x_groq\":1,\"object\":{}}", "D {\"tool_calls\":[{\"index\":3}]}",
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}},{\"index\":1,\"delta\":{\"content\":\"another\"}}]}"})
    void whatIsPassedOver(String data) {
        Decoded.stream(data + "\nD {\"content\":\"x\"}\n" + data + "\nF stop\n[DONE]")
                .is("start\n0 text\n0 +x\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-15")
    @Test
    @DisplayName("case 15: a key in the words of an error is not told on")
    void aKeyInAnErrorsWordsIsNotToldOn() {
        ApiException failure = Decoded.stream("{\"error\":{\"message\":\"bad key sk-proj-abcDEF123456 used\"}}")
                .failure();
        assertEquals("bad key [redacted] used", failure.getMessage());
    }

    // ------------------------------------------------------------------------------------------------------------------

    private static String stopReason(Decoded decoded) {
        String message = decoded.message();
        return message.replaceAll(".*\"stop_reason\":\"([a-z_]+)\".*", "$1");
    }
}
