package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with the path of the field as the client wrote it. */
class ChatRequestRefusalTest {
    private static final String USER = "{\"role\":\"user\",\"content\":\"Hi\"}";

    private static String refusal(byte[] request) {
        ApiException failure = assertThrows(ApiException.class, () -> ChatRequestDecoder.decode(request, 100));
        assertEquals(400, failure.status());
        return failure.getMessage();
    }

    private static String refusal(String request) {
        return refusal(request.getBytes(UTF_8));
    }

    static Stream<Arguments> fields() {
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],";
        return Stream.of(
                Arguments.of("\"n\":2", "n: only 1 choice can be had for a request"),
                Arguments.of("\"n\":0", "n: must be an integer from 1 to 2147483647"),
                Arguments.of("\"logprobs\":true", "logprobs: log probabilities cannot be had"),
                Arguments.of("\"top_logprobs\":3", "top_logprobs: log probabilities cannot be had"),
                Arguments.of("\"modalities\":[\"text\",\"audio\"]",
                        "modalities[1]: expected \"text\", the only kind of output that can be had, got \"audio\""),
                Arguments.of("\"audio\":{\"voice\":\"x\"}", "audio: audio output cannot be had"),
                Arguments.of("\"web_search_options\":{}",
                        "web_search_options: web search cannot be had; offer a tool instead"),
                Arguments.of("\"max_tokens\":0", "max_tokens: must be an integer from 1 to 2147483647"),
                Arguments.of("\"max_tokens\":99999999999", "max_tokens: must be an integer from 1 to 2147483647"),
                Arguments.of("\"max_completion_tokens\":\"9\"",
                        "max_completion_tokens: expected an integer, got a string"),
                Arguments.of("\"max_tokens\":1.5", "max_tokens: expected an integer, got a number"),
                Arguments.of("\"temperature\":2.1", "temperature: must be between 0 and 2"),
                Arguments.of("\"temperature\":1e999999999", "temperature: must be between 0 and 2"),
                Arguments.of("\"top_p\":-0.1", "top_p: must be between 0 and 1"),
                Arguments.of("\"stop\":7", "stop: expected an array, got a number"),
                Arguments.of("\"stop\":[\"a\",7]", "stop[1]: expected a string, got a number"),
                Arguments.of("\"stream\":\"yes\"", "stream: expected true or false, got a string"),
                Arguments.of("\"stream\":true,\"stream_options\":{\"include_usage\":1}",
                        "stream_options.include_usage: expected true or false, got a number"),
                Arguments.of("\"reasoning_effort\":\"huge\"",
                        "reasoning_effort: expected \"none\", \"minimal\", \"low\", "
                                + "\"medium\", \"high\", \"xhigh\" or \"max\", got \"huge\""),
                Arguments.of("\"response_format\":{\"type\":\"grammar\"}",
                        "response_format.type: expected \"text\", \"json_object\" or \"json_schema\", got \"grammar\""),
                Arguments.of("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\"}}",
                        "response_format.json_schema.schema: Field required"),
                Arguments.of("\"user\":7", "user: expected a string, got a number"),
                Arguments.of("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}]",
                        "tools[0].type: expected \"function\", got \"custom\""),
                Arguments.of("\"tools\":[{\"type\":\"function\"}]", "tools[0].function: Field required"),
                Arguments.of("\"tools\":[{\"type\":\"function\",\"function\":{}}]",
                        "tools[0].function.name: Field required"),
                Arguments.of("\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":\"{}\"}}]",
                        "tools[0].function.parameters: expected an object, got a string"),
                Arguments.of("\"functions\":[{\"name\":7}]", "functions[0].name: expected a string, got a number"),
                Arguments.of("\"tool_choice\":\"required\"", "tool_choice: there are no tools to choose from"),
                Arguments.of(tools + "\"tool_choice\":\"any\"",
                        "tool_choice: expected \"none\", \"auto\", \"required\", a function or allowed tools, got \"any\""),
                Arguments.of(tools + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
                        "tool_choice.function.name: there is no such tool in the request"),
                Arguments.of(tools + "\"tool_choice\":{\"type\":\"custom\"}",
                        "tool_choice.type: expected \"function\", got \"custom\""),
                Arguments.of(tools + "\"tool_choice\":{\"type\":\"allowed_tools\"}",
                        "tool_choice.allowed_tools: Field required"),
                Arguments.of(
                        tools + "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\"}}",
                        "tool_choice.allowed_tools.tools: Field required"),
                Arguments.of(
                        tools + "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[]}}",
                        "tool_choice.allowed_tools.tools: there are no tools to choose from"),
                Arguments.of(
                        tools + "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\","
                                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]}}",
                        "tool_choice.allowed_tools.tools[0].function.name: there is no such tool in the request"),
                Arguments.of(
                        tools + "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"none\","
                                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}}",
                        "tool_choice.allowed_tools.mode: expected \"auto\" or \"required\", got \"none\""),
                Arguments.of("\"service_tier\":\"ultra\"",
                        "service_tier: expected \"auto\", \"default\", \"flex\", \"scale\", \"priority\" or \"fast\", "
                                + "got \"ultra\""),
                Arguments.of("\"functions\":[{\"name\":\"f\"}],\"function_call\":{\"name\":\"g\"}",
                        "function_call.name: there is no such tool in the request"));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void fieldsAreNamed(String fields, String problem) {
        assertEquals(problem, refusal("{\"model\":\"m\",\"messages\":[" + USER + "]," + fields + "}"));
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("",
                        "messages: at least one message is required beside those of the system and the developer"),
                Arguments.of("{\"role\":\"system\",\"content\":\"S\"}",
                        "messages: at least one message is required beside those of the system and the developer"),
                Arguments.of("7", "messages[0]: expected an object, got a number"),
                Arguments.of("{\"content\":\"x\"}", "messages[0].role: Field required"),
                Arguments.of(USER + ",{\"role\":\"robot\",\"content\":\"x\"}",
                        "messages[1].role: expected \"developer\", "
                                + "\"system\", \"user\", \"assistant\" or \"tool\", got \"robot\""),
                Arguments.of("{\"role\":\"user\"}", "messages[0].content: Field required"),
                Arguments.of("{\"role\":\"user\",\"content\":7}",
                        "messages[0].content: expected a string or an array of parts, got a number"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}",
                        "messages[0].content[0].type: Field required"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}",
                        "messages[0].content[0].text: Field required"),
                Arguments.of("{\"role\":\"user\",\"content\":\"\\ud83d\"}",
                        "messages[0].content: holds half of a surrogate pair, which is no character"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}",
                        "messages[0].content[0].input_audio: audio is not accepted"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}",
                        "messages[0].content[0].type: expected one of text, image_url, file, got \"video\""),
                Arguments.of(
                        "{\"role\":\"system\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x\"}}]}",
                        "messages[0].content[0].type: expected one of text, got \"image_url\""),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}",
                        "messages[0].content[0].image_url.url: Field required"),
                Arguments.of(
                        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"ftp://x\"}}]}",
                        "messages[0].content[0].image_url.url: expected a data: URL with base64, or an https: URL"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                        + "{\"url\":\"data:image/svg+xml,<svg/>\"}}]}",
                        "messages[0].content[0].image_url.url: expected a data: URL with base64, or an https: URL"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}]}",
                        "messages[0].content[0].file.file_id: uploaded files are not known here; send the file itself as "
                                + "file_data"),
                Arguments.of("{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":"
                        + "\"data:application/zip;base64,AA\"}}]}",
                        "messages[0].content[0].file.file_data: expected a file of type application/pdf or text, got "
                                + "application/zip"),
                Arguments.of(USER + ",{\"role\":\"assistant\",\"audio\":{\"id\":\"a\"}}",
                        "messages[1].audio: audio is not accepted"),
                Arguments.of(USER + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"image_url\"}]}",
                        "messages[1].content[0].type: expected one of text, refusal, got \"image_url\""),
                Arguments.of(USER + ",{\"role\":\"assistant\",\"tool_calls\":{}}",
                        "messages[1].tool_calls: expected an array, got an object"),
                Arguments.of(USER + ",{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}",
                        "messages[1].tool_calls[0].id: Field required"),
                Arguments.of(USER + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\"}]}",
                        "messages[1].tool_calls[0].type: expected \"function\", got \"custom\""),
                Arguments.of(
                        USER + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
                                + "\"arguments\":{}}}]}",
                        "messages[1].tool_calls[0].function.arguments: expected a string, got an object"),
                Arguments.of(USER + ",{\"role\":\"tool\",\"content\":\"x\"}",
                        "messages[1].tool_call_id: Field required"),
                Arguments.of(USER + ",{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":[{\"type\":\"file\"}]}",
                        "messages[1].content[0].type: expected one of text, image_url, got \"file\""),
                Arguments.of(USER + ",{\"role\":\"function\",\"name\":\"f\",\"content\":\"x\"}",
                        "messages[1].name: no message before this one calls the function"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messagesAreNamed(String messages, String problem) {
        assertEquals(problem, refusal("{\"model\":\"m\",\"messages\":[" + messages + "]}"));
    }

    @Test
    void whatHasToBeThere() {
        assertEquals("model: Field required", refusal("{\"messages\":[" + USER + "]}"));
        assertEquals("messages: Field required", refusal("{\"model\":\"m\",\"messages\":null}"));
        assertEquals("messages: expected an array, got a string", refusal("{\"model\":\"m\",\"messages\":\"x\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[]", "null", "\"x\"", "{}{}", "{} x", "{'model':1}", "{\"model\":NaN}"})
    void whatIsNoJsonObject(String request) {
        assertTrue(refusal(request).contains("the request body"), refusal(request));
    }

    @Test
    void whatIsNotUtf8() {
        assertTrue(refusal("{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_16BE)).contains("not valid JSON"));
        assertTrue(refusal("{\"model\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1)).contains("not valid JSON"));
    }

    @Test
    void whatIsTooDeepOrTooLong() {
        String deep = "[".repeat(200) + "]".repeat(200);
        assertTrue(refusal("{\"x\":" + deep + "}").contains("nested deeper"));
        assertTrue(refusal("{\"x\":" + "1".repeat(1_000) + "}").contains("too long"));
    }

    @Test
    void aDataUrlWithAHeadWithoutEndIsRefusedLikeAnyOther() {
        String url = "data:x" + ";a=b".repeat(500_000) + ";base64,AA";
        assertTrue(refusal("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                + "\"image_url\":{\"url\":\"" + url + "\"}}]}]}").contains("expected a data: URL"));
    }
}
