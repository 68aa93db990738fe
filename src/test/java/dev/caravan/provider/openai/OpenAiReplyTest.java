package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.MessageJson;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that did not stream: the body as the wire has it and the events that come of it. */
class OpenAiReplyTest {
    @Test
    void text() {
        Decoded.reply(
                """
                    {"id":"chatcmpl-B9","object":"chat.completion","created":1741569952,"model":"gpt-4.1","choices":[{"index":0,
                     "message":{"role":"assistant","content":"Hello!","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],
                     "usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
                      "prompt_tokens_details":{"cached_tokens":16,"audio_tokens":0},
                      "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"service_tier":"default"}""")
                .is("start\n0 text\n0 +Hello!\n0 stop\nend end_turn in 3 created 0 read 16 out 10\nstop");
    }

    @Tag("case-3")
    @ParameterizedTest
    @DisplayName("the tier that served a request is told, where the Messages API has a word for it")
    @CsvSource({"default,standard", "on_demand,standard", "priority,priority", "fast,priority", "scale,priority",
            "flex,", "auto,"})
    void serviceTier(String told, String expected) {
        String field = expected == null ? "" : ",\"service_tier\":\"" + expected + "\"";
        String chunk = "{\"service_tier\":\"" + told
                + "\",\"choices\":[{\"index\":0,\"%s\":{\"role\":\"assistant\",\"content\":\"x\"},\"finish_reason\":%s}]}";
        String whole = Decoded.reply(chunk.formatted("message", "\"stop\"")).message();
        assertTrue(whole.endsWith("\"output_tokens\":1" + field + "}}"), whole);
        Decoded streamed = Decoded.stream(chunk.formatted("delta", "null") + "\nF stop\n[DONE]");
        assertEquals(whole, streamed.message());
        String start = new String(MessageJson.data(streamed.events().getFirst()), StandardCharsets.UTF_8);
        assertTrue(start.endsWith("\"output_tokens\":1" + field + "}}}"), start);
    }

    @Tag("case-3")
    @ParameterizedTest
    @DisplayName("case 3: reasoning comes first in a reply that does not stream")
    @ValueSource(strings = {"\"content\":\"x\",\"reasoning_content\":\"t\"", "\"reasoning\":\"t\",\"content\":\"x\"",
            "\"content\":\"x\",\"reasoning\":\"t\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"t\"}]",
            "\"content\":\"x\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"t\"}]",
            "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"x\"}]"})
    void reasoningComesFirst(String message) {
        Decoded.reply(
                "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\"," + message + "}}]}")
                .is("""
                    start
                    0 thinking
                    0 +t
                    0 signature caravan:openai
                    0 stop
                    1 text
                    1 +x
                    1 stop
                    end end_turn in 50 created 0 read 0 out 1
                    stop""");
    }

    /** No numbers, or all the same, or one id for both: a whole reply's calls are told apart by their place. */
    @Tag("case-1")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"id\":\"A\" | \"id\":\"B\" | B",
            "\"index\":0,\"id\":\"A\" | \"index\":0,\"id\":\"B\" | B", "\"id\":\"A\" | \"id\":\"A\" | A_2"})
    void calls(String first, String second, String secondId) {
        Decoded.reply("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{" + first
                + ",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}},{" + second
                + ",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}]},\"finish_reason\":\"tool_calls\"}]}")
                .is("start\n0 tool_use A a\n0 +\n0 +{\"x\":1}\n0 stop\n1 tool_use " + secondId
                        + " a\n1 +\n1 stop\nend tool_use in 50 created 0 read 0 out 2\nstop");
    }

    @Tag("case-20")
    @ParameterizedTest
    @DisplayName("case 20: arguments that are empty")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"{\\\"x\\\":1}\" | {\"x\":1}", "{\"x\":1} | {\"x\":1}",
            "{\"n\":[12345678901234567890.123,0.1000000000000000055511151231257827,1.50]} | {\"n\":[12345678901234567890.123,0.1000000000000000055511151231257827,1.50]}",
            "\"\" | {}", "null | {}", "\"{}\" | {}", "{} | {}", "\"null\" | {}",
            "\"{\\\"x\\\":1}{\\\"x\\\":1}{\\\"x\\\":1}\" | {\"x\":1}",
            "\"{\\\"x\\\":\" | {\"_unparsed\":\"{\\\"x\\\":\"}",
            "\"x = 1\" | {\"_unparsed\":\"x = 1\"}"})
    void argumentsOfACall(String arguments, String input) {
        String message = Decoded
                .reply("{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":"
                        + arguments + "}}]},\"finish_reason\":\"stop\"}]}")
                .message();
        assertTrue(message.contains("\"content\":[{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"a\",\"input\":" + input
                + ",\"caller\":{\"type\":\"direct\"}}],\"stop_reason\":\"tool_use\""), message);
    }

    @Tag("case-10")
    @Test
    void aShortenedNameComesBack() {
        String name = "n".repeat(65);
        ToolNames names = ToolNames.of(Encoded.decoded(
                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"name\":\""
                        + name + "\",\"input_schema\":{}}]}"));
        Decoded.reply("{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\""
                + names.toProvider(name)
                + "\",\"arguments\":\"\"}}]}}]}", names)
                .is("start\n0 tool_use c " + name + "\n0 +\n0 stop\nend tool_use in 50 created 0 read 0 out 16\nstop");
    }

    @Test
    void mediaWithNothingInThem() {
        Decoded.reply(
                "{\"choices\":[{\"message\":{\"content\":\"a\",\"images\":[],\"audio\":null},\"finish_reason\":\"stop\"}]}")
                .is("start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
        Decoded.reply("{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\",\"image_url\":null}],"
                + "\"audio\":{}},\"finish_reason\":\"stop\"}]}")
                .is("start\n0 text\n0 +a\n0 stop\nend end_turn in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-2")
    @Test
    void aRefusal() {
        Decoded.reply("{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"No.\"},\"finish_reason\":\"stop\"}]}")
                .is("start\n0 text\n0 +No.\n0 stop\nend refusal in 50 created 0 read 0 out 1\nstop");
    }

    @Tag("case-2")
    @Test
    void nothingButAFinishReasonIsAnEmptyMessage() {
        String message = Decoded
                .reply("{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}")
                .message();
        assertEquals(
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":[],"
                        + "\"stop_reason\":\"refusal\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":50,"
                        + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":1}}",
                message);
    }

    @Tag("case-15")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"error\":{\"message\":\"boom\",\"code\":429}} | 429 | rate_limit_error | boom",
            "{\"error\":\"text\",\"choices\":[]} | 502 | api_error | text",
            "{\"choices\":[{\"error\":{\"message\":\"inner\",\"code\":503},\"finish_reason\":\"error\",\"message\":{\"content\":\"half\"}}]} | 529 | overloaded_error | inner",
            "{\"choices\":[{\"message\":{\"content\":\"Look.\",\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"}}]},\"finish_reason\":\"stop\"}]} | 502 | api_error | the provider's reply holds images, which the Messages API cannot carry",
            "{\"choices\":[{\"message\":{\"content\":null,\"audio\":{\"id\":\"a\"}},\"finish_reason\":\"stop\"}]} | 502 | api_error | the provider's reply holds audio, which the Messages API cannot carry",
            "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"image_url\",\"image_url\":\"data:,\"}]},\"finish_reason\":\"stop\"}]} | 502 | api_error | the provider's reply holds image_url, which the Messages API cannot carry",
            "{\"choices\":[]} | 502 | api_error | the provider's reply holds no message",
            "{\"choices\":[{}]} | 502 | api_error | the provider's reply holds no message",
            "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]} | 502 | api_error | the provider's reply holds no message",
            "{} | 502 | api_error | the provider's reply holds no message",
            "[] | 502 | api_error | the provider's reply is no JSON object",
            "<html>busy</html> | 502 | api_error | the provider's reply is no JSON object",
            "~~ | 502 | api_error | the provider's reply is no JSON object",
            "{\"choices\":[{\"message\":{\"content\":\"cut | 502 | api_error | the provider's reply is no JSON object"})
    void whatIsNoReply(String body, int status, String type, String message) {
        Decoded.reply(body == null ? "" : body).fails("", status, type, message);
    }
}
