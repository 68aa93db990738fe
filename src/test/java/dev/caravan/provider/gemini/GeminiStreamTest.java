package dev.caravan.provider.gemini;

import static dev.caravan.provider.gemini.Decoded.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.EventText;
import dev.caravan.message.ApiException;
import dev.caravan.message.Ids;
import dev.caravan.provider.StreamCuts;
import dev.caravan.provider.StreamCuts.Outcome;
import dev.caravan.provider.ToolNames;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks as the wire has them and the events that come of them; each stream also cut in every way. */
class GeminiStreamTest {
    /** The events of the Messages API byte for byte; the other tests use a shorter notation. */
    @Tag("case-5")
    @Tag("case-8")
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
                    message_delta {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}}
                    message_stop {"type":"message_stop"}""",
                EventText.wire(outcome.events()));
    }

    // -- function calls ------------------------------------------------------------------------------------------------

    @Tag("case-1")
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

    @Tag("case-20")
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

    @Tag("case-10")
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

    @Tag("case-10")
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

    @Tag("case-7")
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}} | the provider sent a function call in pieces, which was not asked for",
            "{\"functionCall\":{\"partialArgs\":[],\"name\":\"f\"}} | the provider sent a function call in pieces, which was not asked for",
            "{\"functionCall\":{\"args\":{}}} | the model called a function without naming it",
            "{\"functionCall\":{}} | the model called a function without naming it",
            "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}} | the provider's reply holds a part of kind inlineData, which the Messages API cannot carry",
            "{\"newThing\":{}} | the provider's reply holds a part of kind newThing, which the Messages API cannot carry",
            "{\"executableCode\":{\"code\":\"1\"}} | the provider's reply holds a part of kind executableCode, which the Messages API cannot carry"})
    void whatCannotBeToldIsAnErrorAndNotLeftOut(String part, String message) {
        says("P [{\"text\":\"a\"}]\nP [" + part + "]\nF STOP", "start\n0 text\n0 +a\n502 api_error: " + message);
    }

    // -- thoughts and signatures ---------------------------------------------------------------------------------------

    @Tag("case-3")
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

    @Tag("case-3")
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

    @Tag("case-4")
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

    @Tag("case-4")
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

    @Tag("case-4")
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

    @Tag("case-4")
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

    // -- usage ---------------------------------------------------------------------------------------------------------

    @Tag("case-5")
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"promptTokenCount\":7,\"candidatesTokenCount\":2,\"totalTokenCount\":103,\"thoughtsTokenCount\":94} | in 7 created 0 read 0 out 96 thinking 94",
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

    @Tag("case-5")
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
        assertTrue(text.contains("\nend end_turn in 9 created 0 read 0 out 7 thinking 2\n"), text);
    }

    // -- replies that do not stream ----------------------------------------------------------------------------------------

    @Tag("case-3")
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

    @Tag("case-15")
    @Test
    void aStreamAsAnArray() {
        assertEquals("start\n0 text\n0 +a\n0 +b\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop",
                Decoded.reply("[" + Decoded.chunk("P [{\"text\":\"a\"}]") + "\n,\r\n"
                        + Decoded.chunk("P [{\"text\":\"b\"}]") + "," + Decoded.chunk("F STOP") + "]").text());
        assertEquals("start\n0 text\n0 +a\n429 rate_limit_error: slow", Decoded.reply(
                "[" + Decoded.chunk("P [{\"text\":\"a\"}]") + ",{\"error\":{\"code\":429,\"message\":\"slow\"}}]")
                .text());
    }

    @Tag("case-15")
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

    @Tag("case-15")
    @Test
    void anErrorWithStatus200() {
        ApiException failure = Decoded
                .reply("[{\"error\":{\"code\":429,\"message\":\"slow\",\"details\":[{\"retryDelay\":\"3.1s\"}]}}]")
                .failure();
        assertEquals("429 slow 4", failure.status() + " " + failure.getMessage() + " "
                + failure.headers().get("retry-after"));
    }
}
