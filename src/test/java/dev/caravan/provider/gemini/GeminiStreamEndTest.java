package dev.caravan.provider.gemini;

import static dev.caravan.provider.gemini.Decoded.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.provider.StreamCuts;
import dev.caravan.provider.StreamCuts.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a stream may end: as a message or as an error, and never as a success cut short. Each stream also cut in every way. */
class GeminiStreamEndTest {
    private static final String CUT_OFF = "502 api_error: the provider's stream ended before the message did";

    // -- how it ends ---------------------------------------------------------------------------------------------------

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource({"STOP,end_turn", "MAX_TOKENS,max_tokens", "SAFETY,refusal", "RECITATION,refusal", "LANGUAGE,refusal",
            "BLOCKLIST,refusal", "PROHIBITED_CONTENT,refusal", "SPII,refusal", "MODEL_ARMOR,refusal",
            "IMAGE_SAFETY,refusal", "IMAGE_PROHIBITED_CONTENT,refusal", "IMAGE_RECITATION,refusal"})
    void finishReasons(String reason, String stopReason) {
        says("P [{\"text\":\"a\"}]\nF " + reason,
                "start\n0 text\n0 +a\n0 stop\nend " + stopReason + " in 50 created 0 read 0 out 1\nstop");
        says("F " + reason, "start\nend " + stopReason + " in 50 created 0 read 0 out 0\nstop");
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource({"STOP,tool_use", "MAX_TOKENS,max_tokens", "SAFETY,refusal"})
    void finishReasonsBehindACall(String reason, String stopReason) {
        String text = Decoded.stream("P [{\"functionCall\":{\"name\":\"a\"}}]\nF " + reason).text();
        assertTrue(text.contains("\nend " + stopReason + " "), text);
    }

    @Tag("case-2")
    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
            "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "IMAGE_OTHER", "NO_IMAGE", "SOMETHING_NEW", "stop"})
    void reasonsThatAreNoneToEnd(String reason) {
        String message = "502 api_error: the model's reply ended with " + reason;
        says("P [{\"text\":\"a\"}]\nF " + reason, "start\n0 text\n0 +a\n" + message);
        says("F " + reason, message);
        says("{\"candidates\":[{\"finishReason\":\"" + reason + "\",\"finishMessage\":\"why\\n\"}]}",
                message + ": why?");
    }

    /** Older models tell the reason in every chunk. */
    @Tag("case-7")
    @Test
    void aReasonInEveryChunk() {
        says("""
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}
            {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}
            """, "start\n0 text\n0 +a\n0 +b\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-2")
    @ParameterizedTest
    @ValueSource(strings = {"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "NEW_REASON"})
    void aPromptThatIsRefused(String reason) {
        says("{\"promptFeedback\":{\"blockReason\":\"" + reason
                + "\"},\"usageMetadata\":{\"promptTokenCount\":9,\"totalTokenCount\":9},\"modelVersion\":\"gemini-3.7-flash\"}",
                "start\nend refusal in 9 created 0 read 0 out 0\nstop");
    }

    @Tag("case-2")
    @Test
    void promptFeedbackThatRefusesNothing() {
        says("{\"promptFeedback\":{\"safetyRatings\":[{\"category\":\"X\"}]},\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\nF STOP",
                "start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"", ": hello", "{}", "P []", "P [{\"text\":\"\"}]", "U {\"promptTokenCount\":5}",
            "F FINISH_REASON_UNSPECIFIED", "{\"promptFeedback\":{\"blockReason\":\"BLOCK_REASON_UNSPECIFIED\"}}",
            "{\"candidates\":[]}",
            "{\"candidates\":null,\"promptFeedback\":null,\"usageMetadata\":null,\"error\":null}"})
    void nothingIsNoMessage(String lines) {
        says(lines.startsWith(":") ? "!" + lines : lines.isEmpty() ? "!" : lines, CUT_OFF);
    }

    @Tag("case-7")
    @Test
    void anEndWithoutAReason() {
        says("P [{\"text\":\"a\"}]", "start\n0 text\n0 +a\n" + CUT_OFF);
        says("P [{\"functionCall\":{\"name\":\"a\",\"args\":{\"x\":1}}}]",
                "start\n0 tool_use toolu_1_0 a\n0 +\n0 +{\"x\":1}\n" + CUT_OFF);
    }

    /** Wherever the connection ends cleanly: a message is whole or it is an error. */
    @Tag("case-7")
    @Test
    void anEndAnywhere() {
        byte[] stream = Decoded
                .bytes("""
                    P [{"text":"Think","thought":true}]
                    P [{"text":"Grüße 你好 🎉"}]
                    P [{"functionCall":{"name":"f","args":{"a":{"b":[1,2,"}"]}}},"thoughtSignature":"SIG"}]
                    {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9}}
                    """);
        String whole = StreamCuts.endingAt(stream.length, stream, Decoded::decoder).text();
        assertTrue(whole.endsWith("\nstop"), whole);
        int lineEnds = 4;
        for (int end = 0; end < stream.length; end++) {
            Outcome outcome = StreamCuts.endingAt(end, stream, Decoded::decoder);
            if (end < stream.length - lineEnds) {
                assertNotNull(outcome.failure(), "cut at " + end + ":\n" + outcome.text());
            } else {
                assertEquals(whole, outcome.text(), "only the frame's end is missing");
            }
        }
    }

    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7", "\"a\"", "null", "<html>", "{\"candidates\":[}", "{} {}",
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"", "[DONE]"})
    void whatIsNoJsonObject(String data) {
        says("P [{\"text\":\"a\"}]\n" + data + "\nF STOP",
                "start\n0 text\n0 +a\n502 api_error: the provider sent an event that is no JSON object");
    }

    @Tag("case-7")
    @Test
    void fieldsOfOtherTypesAreLikeUnknownOnes() {
        says("""
            {"candidates":{"content":1},"usageMetadata":[1],"promptFeedback":"x","modelVersion":{}}
            {"candidates":[7]}
            {"candidates":[{"content":[],"finishReason":{},"finishMessage":1,"index":"0"}]}
            {"candidates":[{"content":{"parts":{},"role":7}}]}
            {"candidates":[{"content":{"parts":[1,null,"a",[],{},{"text":7,"thought":"yes","thoughtSignature":1},{"functionCall":[]},{"inlineData":null}]}}]}
            {"candidates":[{"content":{"parts":[{"text":"a","thought":null,"partMetadata":{"x":[1]},"functionCall":null}]},"groundingMetadata":{}},{"content":{"parts":[{"text":"another candidate"}]},"finishReason":"OTHER"}]}
            F STOP
            """, "start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    // -- errors in the stream --------------------------------------------------------------------------------------------

    @Tag("case-7")
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"error\":{\"code\":429,\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\"}} | 429 rate_limit_error: slow",
            "{\"error\":{\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\"}} | 429 rate_limit_error: slow",
            "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}} | 529 overloaded_error: The model is overloaded.",
            "{\"error\":{\"code\":504,\"message\":\"late\",\"status\":\"DEADLINE_EXCEEDED\"}} | 504 timeout_error: late",
            "{\"error\":{\"code\":500,\"message\":\"oh\",\"status\":\"INTERNAL\"}} | 502 api_error: oh",
            "{\"error\":{\"code\":400,\"message\":\"oh\"}} | 502 api_error: oh",
            "{\"error\":\"oh\"} | 502 api_error: oh",
            "{\"error\":{}} | 502 api_error: the provider reported an error without a reason",
            "{\"candidates\":[],\"error\":{\"code\":429,\"message\":\"key AIzaSyA0123456789abcdef is out\"}} | 429 rate_limit_error: key [redacted] is out"})
    void errorsInAnEvent(String error, String failure) {
        says("P [{\"text\":\"a\"}]\n" + error + "\nF STOP", "start\n0 text\n0 +a\n" + failure);
        says(error, failure);
    }

    /** Google's own client finds errors like this in the midst of a stream. */
    @Tag("case-7")
    @ParameterizedTest
    @ValueSource(strings = {
            "!{\n!  \"error\": {\n!    \"code\": 503,\n!    \"message\": \"The model is overloaded.\",\n!    \"status\": \"UNAVAILABLE\"\n!  }\n!}",
            "![{\n!  \"error\": {\n!    \"code\": 503,\n!    \"message\": \"The model is overloaded.\",\n!    \"status\": \"UNAVAILABLE\"\n!  }\n!}\n!]",
            "!{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\"}}"})
    void errorsOutsideOfAnyEvent(String lines) {
        says("P [{\"text\":\"a\"}]\n" + lines,
                "start\n0 text\n0 +a\n529 overloaded_error: The model is overloaded.");
        says(lines, "529 overloaded_error: The model is overloaded.");
        says("P [{\"text\":\"a\"}]\nF STOP\n" + lines,
                "start\n0 text\n0 +a\n529 overloaded_error: The model is overloaded.");
    }

    @Tag("case-7")
    @Test
    void otherLinesOutsideOfAnyEventAreNothing() {
        says("!hello: world\nP [{\"text\":\"a\"}]\n!{\"x\":1}\nF STOP",
                "start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
        says("P [{\"text\":\"a\"}]\n!upstream connect error", "start\n0 text\n0 +a\n" + CUT_OFF);
        says("!{\"x\":\"" + "y".repeat(70_000 / 100) + "\"}", CUT_OFF);
    }
}
