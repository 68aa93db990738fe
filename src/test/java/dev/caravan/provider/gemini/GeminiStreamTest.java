package dev.caravan.provider.gemini;

import static dev.caravan.provider.gemini.Decoded.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.Ids;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.StreamCuts;
import dev.caravan.provider.StreamCuts.Outcome;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks as the wire has them and the events that come of them; each stream also cut in every way. */
class GeminiStreamTest {
    private static final String CUT_OFF = "502 api_error: the provider's stream ended before the message did";

    /** The events of the Messages API byte for byte; the other tests use a shorter notation. */
    @Test
    void asTheClientSeesIt() {
        Outcome outcome = Decoded.stream(
                """
                    {"candidates": [{"content": {"parts": [{"text": "Hi"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 11,"candidatesTokenCount": 1,"totalTokenCount": 12},"modelVersion": "gemini-2.5-flash","responseId": "WQuqavG5KbfUjMcPuP_n6QI"}
                    {"candidates": [{"content": {"parts": [{"functionCall": {"name": "get","args": {"a": 1.50}}}],"role": "model"},"finishReason": "STOP","index": 0,"finishMessage": "Model generated function call(s)."}],"usageMetadata": {"promptTokenCount": 11,"cachedContentTokenCount": 4,"candidatesTokenCount": 5,"thoughtsTokenCount": 2,"totalTokenCount": 18},"modelVersion": "gemini-2.5-flash"}
                    """);
        assertNull(outcome.failure());
        assertEquals(
                """
                    message_start {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":50,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}
                    content_block_start {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                    content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
                    content_block_stop {"type":"content_block_stop","index":0}
                    content_block_start {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1_0","name":"get","input":{},"caller":{"type":"direct"}}}
                    content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}
                    content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\": 1.50}"}}
                    content_block_stop {"type":"content_block_stop","index":1}
                    message_delta {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":7}}
                    message_stop {"type":"message_stop"}""",
                outcome.events().stream().map(GeminiStreamTest::wire).collect(Collectors.joining("\n")));
    }

    private static String wire(MessageEvent event) {
        return MessageJson.name(event) + " " + new String(MessageJson.data(event), StandardCharsets.UTF_8);
    }

    // -- function calls ------------------------------------------------------------------------------------------------

    @Test
    void parallelCallsWithoutIds() {
        says("""
            P [{"text":"Both."}]
            P [{"functionCall":{"name":"weather","args":{"city":"Paris"}}},{"functionCall":{"name":"weather","args":{"city":"東京"}}}]
            P [{"functionCall":{"name":"time","args":{}}}]
            F STOP
            """, """
            start
            0 text
            0 +Both.
            0 stop
            1 tool_use toolu_1_0 weather
            1 +
            1 +{"city":"Paris"}
            1 stop
            2 tool_use toolu_1_1 weather
            2 +
            2 +{"city":"東京"}
            2 stop
            3 tool_use toolu_1_2 time
            3 +
            3 stop
            end tool_use in 50 created 0 read 0 out 14
            stop
            """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":\"f\"}", "{\"name\":\"f\",\"args\":{}}", "{\"name\":\"f\",\"args\":null}",
            "{\"args\":{},\"name\":\"f\",\"willContinue\":false}", "{\"name\":\"f\",\"args\":\"\"}"})
    void aCallWithoutArguments(String call) {
        says("P [{\"functionCall\":" + call + "}]\nF STOP", """
            start
            0 tool_use toolu_1_0 f
            0 +
            0 stop
            end tool_use in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Test
    void idsOfGemini() {
        says("""
            P [{"functionCall":{"id":"lpndqlku","name":"a","args":{}}}]
            P [{"functionCall":{"id":"functions.a:0","name":"a","args":{}}}]
            P [{"functionCall":{"id":"lpndqlku","name":"a","args":{}}}]
            F STOP
            """, """
            start
            0 tool_use lpndqlku a
            0 +
            0 stop
            1 tool_use functions_a_0_7bd8bb1da6d9 a
            1 +
            1 stop
            2 tool_use lpndqlku_2 a
            2 +
            2 stop
            end tool_use in 50 created 0 read 0 out 2
            stop
            """.replace("7bd8bb1da6d9", hashOf("functions.a:0")));
    }

    private static String hashOf(String id) {
        String conforming = Ids.conformingToolUse(id);
        return conforming.substring(conforming.lastIndexOf('_') + 1);
    }

    @Test
    void aNameThatWasShortenedComesBackAsItWas() {
        String name = "mcp__" + "x".repeat(90);
        ToolNames names = ToolNames.beginningWithALetter(Encoded.decoded(Encoded
                .withFields("\"tools\":[{\"name\":\"" + name + "\",\"input_schema\":{\"type\":\"object\"}},"
                        + "{\"name\":\"2fa\",\"input_schema\":{\"type\":\"object\"}}]")));
        String shortened = names.toProvider(name);
        String letterFirst = names.toProvider("2fa");
        assertTrue(shortened.length() == 64 && letterFirst.startsWith("_2fa_"), shortened + " " + letterFirst);
        Outcome outcome = StreamCuts.decode(
                Decoded.bytes("P [{\"functionCall\":{\"name\":\"" + shortened + "\"}},{\"functionCall\":{\"name\":\""
                        + letterFirst + "\"}}]\nF STOP"),
                out -> new GeminiResponseDecoder(out, Decoded.OPENING, names));
        assertTrue(outcome.text().contains("0 tool_use toolu_1_0 " + name), outcome.text());
        assertTrue(outcome.text().contains("1 tool_use toolu_1_1 2fa"), outcome.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}} | the provider sent a function call in pieces, which was not asked for",
            "{\"functionCall\":{\"partialArgs\":[],\"name\":\"f\"}} | the provider sent a function call in pieces, which was not asked for",
            "{\"functionCall\":{\"args\":{}}} | the model called a function without naming it",
            "{\"functionCall\":{}} | the model called a function without naming it",
            "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}} | the provider's reply holds a part of kind inlineData, which the Messages API cannot carry",
            "{\"executableCode\":{\"code\":\"1\"}} | the provider's reply holds a part of kind executableCode, which the Messages API cannot carry"})
    void whatCannotBeToldIsAnErrorAndNotLeftOut(String part, String message) {
        says("P [{\"text\":\"a\"}]\nP [" + part + "]\nF STOP", "start\n0 text\n0 +a\n502 api_error: " + message);
    }

    // -- thoughts and signatures ---------------------------------------------------------------------------------------

    @Test
    void thoughtsBeforeTheAnswer() {
        says("""
            P [{"text":"Let me ","thought":true}]
            P [{"thought":true,"text":"see."},{"text":"It is 4"}]
            P [{"text":"."}]
            P [{"text":"","thoughtSignature":"EqkECqYEARFN+/=="}]
            F STOP
            """, """
            start
            0 thinking
            0 +Let me\s
            0 +see.
            0 signature caravan:gemini
            0 stop
            1 text
            1 +It is 4
            1 +.
            1 stop
            end end_turn in 50 created 0 read 0 out 4
            stop
            """);
    }

    @Test
    void thoughtsBetweenTexts() {
        says("""
            P [{"text":"a"},{"text":"b","thought":true},{"text":"c"}]
            F STOP
            """, """
            start
            0 text
            0 +a
            0 stop
            1 thinking
            1 +b
            1 signature caravan:gemini
            1 stop
            2 text
            2 +c
            2 stop
            end end_turn in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Test
    void theSignatureOfACallStandsInABlockBeforeIt() {
        says("""
            P [{"functionCall":{"name":"a","args":{}},"thoughtSignature":"EpEgCo4g+/="},{"functionCall":{"name":"b","args":{}}}]
            P [{"text":""}]
            F STOP
            """, """
            start
            0 thinking
            0 signature caravan:gemini:next:EpEgCo4g+/=
            0 stop
            1 tool_use toolu_1_0 a
            1 +
            1 stop
            2 tool_use toolu_1_1 b
            2 +
            2 stop
            end tool_use in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Test
    void theSignatureOfACallEndsTheThoughtBeforeIt() {
        says("""
            P [{"text":"I call.","thought":true}]
            P [{"functionCall":{"name":"a","args":{}},"thoughtSignature":"S1"}]
            P [{"text":"And again.","thought":true,"thoughtSignature":"S2"}]
            P [{"functionCall":{"name":"b","args":{}},"thoughtSignature":"S3"}]
            F STOP
            """, """
            start
            0 thinking
            0 +I call.
            0 signature caravan:gemini:next:S1
            0 stop
            1 tool_use toolu_1_0 a
            1 +
            1 stop
            2 thinking
            2 +And again.
            2 signature caravan:gemini:own:S2
            2 stop
            3 thinking
            3 signature caravan:gemini:next:S3
            3 stop
            4 tool_use toolu_1_1 b
            4 +
            4 stop
            end tool_use in 50 created 0 read 0 out 5
            stop
            """);
    }

    @Test
    void aSignatureOnTheWholeTextStandsBeforeIt() {
        says("""
            P [{"text":"4","thoughtSignature":"S"}]
            P [{"text":"2","thoughtSignature":"T"}]
            F STOP
            """, """
            start
            0 thinking
            0 signature caravan:gemini:next:S
            0 stop
            1 text
            1 +4
            1 +2
            1 stop
            end end_turn in 50 created 0 read 0 out 1
            stop
            """);
    }

    @Test
    void aSignatureAloneBelongsToWhatFollows() {
        says("""
            P [{"text":"","thoughtSignature":"S"}]
            P [{"functionCall":{"name":"a"}}]
            F STOP
            """, """
            start
            0 thinking
            0 signature caravan:gemini:next:S
            0 stop
            1 tool_use toolu_1_0 a
            1 +
            1 stop
            end tool_use in 50 created 0 read 0 out 1
            stop
            """);
    }

    // -- how it ends ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"STOP,end_turn", "MAX_TOKENS,max_tokens", "SAFETY,refusal", "RECITATION,refusal", "LANGUAGE,refusal",
            "BLOCKLIST,refusal", "PROHIBITED_CONTENT,refusal", "SPII,refusal", "MODEL_ARMOR,refusal",
            "IMAGE_SAFETY,refusal", "IMAGE_PROHIBITED_CONTENT,refusal", "IMAGE_RECITATION,refusal"})
    void finishReasons(String reason, String stopReason) {
        says("P [{\"text\":\"a\"}]\nF " + reason,
                "start\n0 text\n0 +a\n0 stop\nend " + stopReason + " in 50 created 0 read 0 out 1\nstop");
        says("F " + reason, "start\nend " + stopReason + " in 50 created 0 read 0 out 0\nstop");
    }

    @ParameterizedTest
    @CsvSource({"STOP,tool_use", "MAX_TOKENS,max_tokens", "SAFETY,refusal"})
    void finishReasonsBehindACall(String reason, String stopReason) {
        String text = Decoded.stream("P [{\"functionCall\":{\"name\":\"a\"}}]\nF " + reason).text();
        assertTrue(text.contains("\nend " + stopReason + " "), text);
    }

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
    @Test
    void aReasonInEveryChunk() {
        says("""
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}
            {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}
            """, "start\n0 text\n0 +a\n0 +b\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "NEW_REASON"})
    void aPromptThatIsRefused(String reason) {
        says("{\"promptFeedback\":{\"blockReason\":\"" + reason
                + "\"},\"usageMetadata\":{\"promptTokenCount\":9,\"totalTokenCount\":9},\"modelVersion\":\"gemini-3.7-flash\"}",
                "start\nend refusal in 9 created 0 read 0 out 0\nstop");
    }

    @Test
    void promptFeedbackThatRefusesNothing() {
        says("{\"promptFeedback\":{\"safetyRatings\":[{\"category\":\"X\"}]},\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\nF STOP",
                "start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ": hello", "{}", "P []", "P [{\"text\":\"\"}]", "U {\"promptTokenCount\":5}",
            "F FINISH_REASON_UNSPECIFIED", "{\"promptFeedback\":{\"blockReason\":\"BLOCK_REASON_UNSPECIFIED\"}}",
            "{\"candidates\":[]}",
            "{\"candidates\":null,\"promptFeedback\":null,\"usageMetadata\":null,\"error\":null}"})
    void nothingIsNoMessage(String lines) {
        says(lines.startsWith(":") ? "!" + lines : lines.isEmpty() ? "!" : lines, CUT_OFF);
    }

    @Test
    void anEndWithoutAReason() {
        says("P [{\"text\":\"a\"}]", "start\n0 text\n0 +a\n" + CUT_OFF);
        says("P [{\"functionCall\":{\"name\":\"a\",\"args\":{\"x\":1}}}]",
                "start\n0 tool_use toolu_1_0 a\n0 +\n0 +{\"x\":1}\n" + CUT_OFF);
    }

    /** Wherever the connection ends cleanly: a message is whole or it is an error. */
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

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7", "\"a\"", "null", "<html>", "{\"candidates\":[}", "{} {}",
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"", "[DONE]"})
    void whatIsNoJsonObject(String data) {
        says("P [{\"text\":\"a\"}]\n" + data + "\nF STOP",
                "start\n0 text\n0 +a\n502 api_error: the provider sent an event that is no JSON object");
    }

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

    // -- usage ---------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"promptTokenCount\":7,\"candidatesTokenCount\":2,\"totalTokenCount\":103,\"thoughtsTokenCount\":94} | in 7 created 0 read 0 out 96",
            "{\"promptTokenCount\":100,\"cachedContentTokenCount\":60,\"candidatesTokenCount\":3} | in 40 created 0 read 60 out 3",
            "{\"promptTokenCount\":100,\"toolUsePromptTokenCount\":20,\"candidatesTokenCount\":3} | in 120 created 0 read 0 out 3",
            "{\"promptTokenCount\":100} | in 100 created 0 read 0 out 1",
            "{\"candidatesTokenCount\":3} | in 50 created 0 read 0 out 3",
            "{\"trafficType\":\"ON_DEMAND\"} | in 50 created 0 read 0 out 1", "{} | in 50 created 0 read 0 out 1",
            "{\"promptTokenCount\":-4,\"candidatesTokenCount\":\"7\"} | in 50 created 0 read 0 out 1",
            "{\"promptTokenCount\":5.0,\"cachedContentTokenCount\":9,\"candidatesTokenCount\":1e1} | in 0 created 0 read 9 out 10"})
    void usage(String usage, String expected) {
        String text = Decoded.stream("P [{\"text\":\"abc\"}]\nF STOP\nU " + usage).text();
        assertTrue(text.contains("\nend end_turn " + expected + "\n"), text);
    }

    @Test
    void theLastUsageCounts() {
        String text = Decoded.stream("""
            U {"trafficType":"ON_DEMAND"}
            U {"promptTokenCount":9,"candidatesTokenCount":1}
            P [{"text":"a"}]
            U {"promptTokenCount":9,"candidatesTokenCount":5,"thoughtsTokenCount":2}
            U {"trafficType":"ON_DEMAND"}
            F STOP
            """).text();
        assertTrue(text.contains("\nend end_turn in 9 created 0 read 0 out 7\n"), text);
    }

    // -- errors in the stream --------------------------------------------------------------------------------------------

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

    @Test
    void otherLinesOutsideOfAnyEventAreNothing() {
        says("!hello: world\nP [{\"text\":\"a\"}]\n!{\"x\":1}\nF STOP",
                "start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
        says("P [{\"text\":\"a\"}]\n!upstream connect error", "start\n0 text\n0 +a\n" + CUT_OFF);
        says("!{\"x\":\"" + "y".repeat(70_000 / 100) + "\"}", CUT_OFF);
    }

    // -- replies that do not stream ----------------------------------------------------------------------------------------

    @Test
    void aWholeReply() {
        Outcome outcome = Decoded
                .reply("""
                    {"candidates":[{"content":{"parts":[{"text":"Think.","thought":true},
                      {"functionCall":{"name":"a","args":{"n": 1e400, "s":"\\u00fc"}},"thoughtSignature":"S"},{"text":"x","thoughtSignature":"T"}],
                     "role":"model"},"finishReason":"STOP","index":0}],
                     "usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3}}
                    """);
        assertEquals("""
            start
            0 thinking
            0 +Think.
            0 signature caravan:gemini:next:S
            0 stop
            1 tool_use toolu_1_0 a
            1 +
            1 +{"n": 1e400, "s":"\\u00fc"}
            1 stop
            2 thinking
            2 signature caravan:gemini:next:T
            2 stop
            3 text
            3 +x
            3 stop
            end tool_use in 9 created 0 read 0 out 3
            stop""", outcome.text());
    }

    @Test
    void aStreamAsAnArray() {
        assertEquals("start\n0 text\n0 +a\n0 +b\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop",
                Decoded.reply("[" + Decoded.chunk("P [{\"text\":\"a\"}]") + "\n,\r\n"
                        + Decoded.chunk("P [{\"text\":\"b\"}]") + "," + Decoded.chunk("F STOP") + "]").text());
        assertEquals("start\n0 text\n0 +a\n429 rate_limit_error: slow", Decoded.reply(
                "[" + Decoded.chunk("P [{\"text\":\"a\"}]") + ",{\"error\":{\"code\":429,\"message\":\"slow\"}}]")
                .text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"[] | the provider's reply holds no whole message",
            "{} | the provider's reply holds no whole message", "7 | the provider's reply is no JSON object",
            "[7] | the provider's reply is no JSON object", "{ | the provider's reply is no JSON object",
            "[{} | the provider's reply is no JSON object", "{} {} | the provider's reply is no JSON object",
            "<html> | the provider's reply is no JSON object",
            "{\"candidates\":[{\"content\":{\"parts\":[]}}]} | the provider's reply holds no whole message"})
    void aReplyThatIsNone(String json, String message) {
        assertEquals("502 api_error: " + message, Decoded.reply(json).text());
    }

    @Test
    void anErrorWithStatus200() {
        ApiException failure = Decoded
                .reply("[{\"error\":{\"code\":429,\"message\":\"slow\",\"details\":[{\"retryDelay\":\"3.1s\"}]}}]")
                .failure();
        assertEquals("429 slow 4", failure.status() + " " + failure.getMessage() + " "
                + failure.headers().get("retry-after"));
    }
}
