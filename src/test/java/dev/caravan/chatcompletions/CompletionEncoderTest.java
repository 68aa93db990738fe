package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole messages and the completions that tell them, as on the wire. */
class CompletionEncoderTest {
    private static String encoded(String content, String end, boolean functions) {
        String message = "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
                + content + "]," + end + ",\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,"
                + "\"cache_creation_input_tokens\":4,\"cache_read_input_tokens\":16,\"output_tokens\":9}}";
        return new String(CompletionEncoder.encode(message.getBytes(UTF_8), functions, 1_700_000_000), UTF_8);
    }

    private static String completion(String message, String finishReason) {
        return "{\"id\":\"chatcmpl-01\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\",\"choices\":["
                + "{\"index\":0,\"message\":{\"role\":\"assistant\"," + message
                + "},\"logprobs\":null,\"finish_reason\":\"" + finishReason + "\"}],\"usage\":{\"prompt_tokens\":30,"
                + "\"completion_tokens\":9,\"total_tokens\":39,\"prompt_tokens_details\":{\"cached_tokens\":16}}}";
    }

    static Stream<Arguments> messages() {
        String endTurn = "\"stop_reason\":\"end_turn\"";
        String toolUse = "\"stop_reason\":\"tool_use\"";
        String use = "{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"f\",\"input\":{\"b\": 1.50,\"a\":[]}}";
        String call = "{\"id\":\"call_A\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
                + "\"{\\\"b\\\":1.50,\\\"a\\\":[]}\"}}";
        return Stream.of(
                Arguments.of("{\"type\":\"text\",\"text\":\"Grü\"},{\"type\":\"text\",\"text\":\"ße\"}", endTurn, false,
                        completion("\"content\":\"Grüße\",\"refusal\":null", "stop")),
                Arguments.of("", endTurn, false, completion("\"content\":\"\",\"refusal\":null", "stop")),
                Arguments.of(
                        "{\"type\":\"thinking\",\"thinking\":\"Hm\",\"signature\":\"s\"},{\"type\":\"redacted_thinking\","
                                + "\"data\":\"x\"},{\"type\":\"text\",\"text\":\"A\"}",
                        "\"stop_reason\":\"max_tokens\"", false,
                        completion("\"content\":\"A\",\"refusal\":null,\"reasoning_content\":\"Hm\"", "length")),
                Arguments.of(use + "," + use.replace("call_A", "call_B"), toolUse, false,
                        completion("\"content\":null,\"refusal\":null,\"tool_calls\":[" + call + ","
                                + call.replace("call_A", "call_B") + "]", "tool_calls")),
                Arguments.of("{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"f\",\"input\":{}}", toolUse, false,
                        completion("\"content\":null,\"refusal\":null,\"tool_calls\":[" + call.replaceAll(
                                "arguments\":\".*\"}}", "arguments\":\"{}\"}}") + "]", "tool_calls")),
                Arguments.of(
                        "{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"f\",\"input\":{\"_unparsed\":\"{cut\"}}",
                        "\"stop_reason\":\"max_tokens\"", false,
                        completion("\"content\":null,\"refusal\":null,\"tool_calls\":[" + call.replaceAll(
                                "arguments\":\".*\"}}", "arguments\":\"{cut\"}}") + "]", "length")),
                Arguments.of("{\"type\":\"text\",\"text\":\"A\"}," + use, toolUse, true,
                        completion("\"content\":\"A\",\"refusal\":null,\"function_call\":{\"name\":\"f\",\"arguments\":"
                                + "\"{\\\"b\\\":1.50,\\\"a\\\":[]}\"}", "function_call")),
                Arguments.of("",
                        "\"stop_reason\":\"refusal\",\"stop_details\":{\"type\":\"refusal\",\"explanation\":\"No.\"}",
                        false, completion("\"content\":\"\",\"refusal\":\"No.\"", "content_filter")));
    }

    @ParameterizedTest
    @CsvSource({"standard, default", "priority, priority", "batch, batch"})
    void theTierIsTold(String tier, String expected) {
        String message = "{\"id\":\"msg_01\",\"model\":\"m\",\"content\":[],\"stop_reason\":\"end_turn\","
                + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"service_tier\":\"" + tier + "\"}}";
        String told = new String(CompletionEncoder.encode(message.getBytes(UTF_8), false, 1), UTF_8);
        assertTrue(told.contains("}],\"service_tier\":\"" + expected + "\",\"usage\":{"), told);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messagesAreTold(String content, String end, boolean functions, String expected) {
        assertEquals(expected, encoded(content, end, functions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"content\":\"x\"}", "{\"content\":[]}",
            "{\"content\":[],\"stop_reason\":\"because\"}"})
    void whatIsNoMessageIsAFailure(String message) {
        ApiException failure = assertThrows(ApiException.class,
                () -> CompletionEncoder.encode(message.getBytes(UTF_8), false, 1));
        assertEquals(502, failure.status());
    }

    @Test
    void twoFunctionsOfOldCannotBeTold() {
        String use = "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}";
        assertThrows(ApiException.class, () -> encoded(use + "," + use, "\"stop_reason\":\"tool_use\"", true));
    }
}
