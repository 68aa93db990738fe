package dev.caravan.message;

import static dev.caravan.message.Requests.with;
import static dev.caravan.message.Requests.withMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request that breaks the API's rules is told: the path of the field and what was expected there. */
class RequestRefusalTest {
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static void refused(String message, String json, ApiVersion version) {
        ApiException refusal = assertThrows(ApiException.class, () -> Requests.decode(json, version), json);
        assertEquals(message, refusal.getMessage());
        assertEquals(400, refusal.status());
        assertEquals(ErrorType.INVALID_REQUEST_ERROR, refusal.type());
    }

    static Stream<Arguments> topLevel() {
        return Stream.of(arguments("model: Field required", "{\"max_tokens\":1," + MESSAGES + "}"),
                arguments("model: Field required", "{\"model\":null,\"max_tokens\":1," + MESSAGES + "}"),
                arguments("model: expected a string, got a number", "{\"model\":7}"),
                arguments("model: must not be empty", "{\"model\":\"\"}"),
                arguments("model: must not be empty", "{\"model\":\" \\n\"}"),
                arguments("model: is given twice", "{\"model\":\"a\",\"model\":\"b\"}"),
                arguments("model: is given twice", "{\"model\":\"a\",\"\\u006dodel\":\"a\"}"),
                arguments("max_tokens: Field required", "{\"model\":\"m\"," + MESSAGES + "}"),
                arguments("max_tokens: Field required", "{\"model\":\"m\",\"max_tokens\":null," + MESSAGES + "}"),
                arguments("max_tokens: expected an integer, got a string", "{\"max_tokens\":\"5\"}"),
                arguments("max_tokens: expected an integer, got a number", "{\"max_tokens\":1.5}"),
                arguments("max_tokens: expected an integer, got a number", "{\"max_tokens\":1e3}"),
                arguments("max_tokens: must be greater than or equal to 0", "{\"max_tokens\":-1}"),
                arguments("max_tokens: must be greater than or equal to 0", "{\"max_tokens\":-9223372036854775809}"),
                arguments("max_tokens: is too large", "{\"max_tokens\":2147483648}"),
                arguments("max_tokens: is too large", "{\"max_tokens\":99999999999999999999999999999999}"),
                arguments("messages: Field required", "{\"model\":\"m\",\"max_tokens\":1}"),
                arguments("messages: Field required", "{\"model\":\"m\",\"max_tokens\":1,\"messages\":null}"),
                arguments("messages: at least one message is required",
                        "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}"),
                arguments("messages: expected an array, got an object", "{\"messages\":{}}"),
                arguments("messages: expected an array, got a string", "{\"messages\":\"hi\"}"),
                arguments("messages.0: expected an object, got null", "{\"messages\":[null]}"),
                arguments("messages.1: expected an object, got a string",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},\"hi\"]}"),
                arguments("messages.0.role: Field required", "{\"messages\":[{\"content\":\"hi\"}]}"),
                arguments("messages.0.role: Field required", "{\"messages\":[{\"content\":\"hi\",\"role\":null}]}"),
                arguments("messages.0.content: Field required", "{\"messages\":[{\"role\":\"user\"}]}"),
                arguments("messages.0.content: Field required",
                        "{\"messages\":[{\"role\":\"user\",\"content\":null}]}"),
                arguments("messages.0.role: expected a string, got an object", "{\"messages\":[{\"role\":{}}]}"),
                arguments("messages.0.role: expected \"user\", \"assistant\" or \"system\", got \"tool\"",
                        "{\"messages\":[{\"role\":\"tool\",\"content\":\"hi\"}]}"),
                arguments("system: expected a string or an array of content blocks", "{\"system\":{}}"),
                arguments("system.0: expected an object, got a string", "{\"system\":[\"be brief\"]}"),
                arguments("system.1.type: a block of type \"image\" cannot stand in a system prompt",
                        "{\"system\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\"}]}"),
                arguments("system.0.type: a block of type \"zzz\" cannot stand in a system prompt",
                        "{\"system\":[{\"a\":{},\"type\":\"zzz\"}]}"),
                arguments("stream: expected true or false, got a string", "{\"stream\":\"true\"}"),
                arguments("stream: expected true or false, got a number", "{\"stream\":1}"),
                arguments("stop_sequences: expected an array, got a string", "{\"stop_sequences\":\"END\"}"),
                arguments("stop_sequences.1: expected a string, got null", "{\"stop_sequences\":[\"a\",null]}"),
                arguments("stop_sequences: must not hold an empty text", "{\"stop_sequences\":[\"a\",\"\"]}"),
                arguments("temperature: expected a number, got a string", "{\"temperature\":\"0\"}"),
                arguments("temperature: must be between 0 and 1", "{\"temperature\":1.01}"),
                arguments("temperature: must be between 0 and 1", "{\"temperature\":-0.5}"),
                arguments("temperature: must be between 0 and 1", "{\"temperature\":1e999}"),
                arguments("top_p: must be between 0 and 1", "{\"top_p\":2}"),
                arguments("top_p: expected a number, got a boolean", "{\"top_p\":true}"),
                arguments("top_k: expected an integer, got a number", "{\"top_k\":0.5}"),
                arguments("top_k: must be greater than or equal to 0", "{\"top_k\":-1}"),
                arguments("output_config: expected an object, got a string", "{\"output_config\":\"high\"}"),
                arguments("output_config.effort: expected a string, got a number",
                        "{\"output_config\":{\"effort\":3}}"),
                arguments("output_config.format: expected an object, got an array",
                        "{\"output_config\":{\"format\":[]}}"),
                arguments("output_config.format.schema: Field required",
                        "{\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":null}}}"),
                arguments("output_config.format.schema: expected an object, got a string",
                        "{\"output_config\":{\"format\":{\"schema\":\"{}\"}}}"),
                arguments("metadata: expected an object, got a string", "{\"metadata\":\"u\"}"),
                arguments("metadata.user_id: expected a string, got a number", "{\"metadata\":{\"user_id\":1}}"),
                arguments("metadata.user_id: is longer than 512 characters",
                        "{\"metadata\":{\"user_id\":\"" + "u".repeat(513) + "\"}}"),
                arguments("thinking: expected an object, got a boolean", "{\"thinking\":true}"),
                arguments("thinking.type: Field required", "{\"thinking\":{}}"),
                arguments("thinking.type: Field required", "{\"thinking\":{\"type\":null}}"),
                arguments(
                        "thinking.type: expected \"enabled\", \"disabled\", \"adaptive\" or \"between_tools\", got \"on\"",
                        "{\"thinking\":{\"type\":\"on\"}}"),
                arguments("thinking.budget_tokens: Field required", "{\"thinking\":{\"type\":\"enabled\"}}"),
                arguments("thinking.budget_tokens: must be greater than or equal to 1024",
                        "{\"thinking\":{\"budget_tokens\":1023,\"type\":\"enabled\"}}"),
                arguments("thinking.budget_tokens: expected an integer, got a string",
                        "{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":\"1024\"}}"),
                arguments("thinking.budget_tokens: must be less than max_tokens",
                        with("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4096}")));
    }

    @Tag("case-12")
    @ParameterizedTest
    @MethodSource("topLevel")
    void fieldsOfTheRequest(String message, String json) {
        refused(message, json, ApiVersion.V2023_06_01);
    }

    static Stream<Arguments> tools() {
        return Stream.of(arguments("tools: expected an array, got an object", "\"tools\":{}"),
                arguments("tools.0: expected an object, got a string", "\"tools\":[\"f\"]"),
                arguments("tools.0.name: Field required", "\"tools\":[{\"input_schema\":{}}]"),
                arguments("tools.0.name: expected a string, got a number", "\"tools\":[{\"name\":1}]"),
                arguments("tools.0.name: must have 1 to 128 characters", "\"tools\":[{\"name\":\"\"}]"),
                arguments("tools.0.name: must have 1 to 128 characters",
                        "\"tools\":[{\"name\":\"" + "n".repeat(129) + "\"}]"),
                arguments("tools.1.input_schema: Field required",
                        "\"tools\":[{\"name\":\"f\",\"input_schema\":{}},{\"name\":\"g\"}]"),
                arguments("tools.0.input_schema: expected an object, got a string",
                        "\"tools\":[{\"name\":\"f\",\"input_schema\":\"{}\"}]"),
                arguments("tools.0.input_schema: expected an object, got a boolean",
                        "\"tools\":[{\"name\":\"f\",\"input_schema\":true}]"),
                arguments("tools.0.description: expected a string, got an array", "\"tools\":[{\"description\":[]}]"),
                arguments("tools.0.strict: expected true or false, got a string", "\"tools\":[{\"strict\":\"yes\"}]"),
                arguments("tools.0.type: expected a string, got a number", "\"tools\":[{\"type\":1}]"),
                arguments("tool_choice: expected an object, got a string", "\"tool_choice\":\"auto\""),
                arguments("tool_choice.type: Field required", "\"tool_choice\":{}"),
                arguments("tool_choice.type: expected \"auto\", \"any\", \"tool\" or \"none\", got \"required\"",
                        "\"tool_choice\":{\"type\":\"required\"}"),
                arguments("tool_choice.name: Field required", "\"tool_choice\":{\"type\":\"tool\"}"),
                arguments("tool_choice.name: expected a string, got an object",
                        "\"tool_choice\":{\"type\":\"tool\",\"name\":{}}"),
                arguments("tool_choice.disable_parallel_tool_use: expected true or false, got a number",
                        "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":1}"));
    }

    @ParameterizedTest
    @MethodSource("tools")
    void toolsAndTheirChoice(String message, String fields) {
        refused(message, with(fields), ApiVersion.V2023_06_01);
    }

    /** Path and problem behind {@code messages.0.content}, of a block that is the second of a user's message. */
    static Stream<Arguments> userBlocks() {
        return Stream.of(arguments(".1: expected an object, got a number", "7"),
                arguments(".1: expected an object, got null", "null"), arguments(".1.type: Field required", "{}"),
                arguments(".1.type: Field required", "{\"text\":\"a\"}"),
                arguments(".1.type: expected a string, got null", "{\"type\":null}"),
                arguments(".1.type: expected a string, got null", "{\"text\":\"a\",\"type\":null}"),
                arguments(".1.type: expected a string, got a number", "{\"type\":1,\"text\":\"a\"}"),
                arguments(".1.type: expected a string, got an object", "{\"a\":1,\"type\":{}}"),
                arguments(".1.text: Field required", "{\"type\":\"text\"}"),
                arguments(".1.text: Field required", "{\"type\":\"text\",\"text\":null}"),
                arguments(".1.text: Field required", "{\"a\":[],\"type\":\"text\"}"),
                arguments(".1.text: expected a string, got an array", "{\"type\":\"text\",\"text\":[]}"),
                arguments(".1.text: expected a string, got a boolean", "{\"text\":false,\"type\":\"text\"}"),
                arguments(".1.source: Field required", "{\"type\":\"image\"}"),
                arguments(".1.source: Field required", "{\"type\":\"image\",\"source\":null}"),
                arguments(".1.source: expected an object, got a string", "{\"type\":\"image\",\"source\":\"url\"}"),
                arguments(".1.source.type: Field required", "{\"type\":\"image\",\"source\":{}}"),
                arguments(".1.source.type: expected one of base64, url, file, got \"text\"",
                        "{\"type\":\"image\",\"source\":{\"type\":\"text\",\"data\":\"d\"}}"),
                arguments(".1.source.type: expected one of base64, url, file, got \"content\"",
                        "{\"source\":{\"type\":\"content\",\"content\":[1]},\"type\":\"image\"}"),
                arguments(".1.source.media_type: Field required",
                        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"iVBOR\"}}"),
                arguments(".1.source.data: Field required",
                        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\"}}"),
                arguments(".1.source.data: expected a string, got a number",
                        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":1}}"),
                arguments(".1.source.url: Field required", "{\"type\":\"image\",\"source\":{\"type\":\"url\"}}"),
                arguments(".1.source.url: expected a string, got an object",
                        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":{}}}"),
                arguments(".1.source.file_id: Field required", "{\"type\":\"image\",\"source\":{\"type\":\"file\"}}"),
                arguments(".1.source: Field required", "{\"type\":\"document\",\"title\":\"t\"}"),
                arguments(".1.source.type: expected one of base64, url, file, text, content, got \"s3\"",
                        "{\"type\":\"document\",\"source\":{\"type\":\"s3\"}}"),
                arguments(".1.source.data: Field required", "{\"type\":\"document\",\"source\":{\"type\":\"text\"}}"),
                arguments(".1.source.content: Field required",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\"}}"),
                arguments(".1.source.content: expected a string or an array of content blocks",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":7}}"),
                arguments(".1.source.content.0.text: Field required",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\"}]}}"),
                arguments(".1.source.content.0.type: a block of type \"document\" cannot stand in a document",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"document\"}]}}"),
                arguments(".1.title: expected a string, got a number", "{\"type\":\"document\",\"title\":1}"),
                arguments(".1.context: expected a string, got a number", "{\"type\":\"document\",\"context\":1}"),
                arguments(".1.source: Field required", "{\"type\":\"search_result\",\"title\":\"t\",\"content\":[]}"),
                arguments(".1.title: Field required", "{\"type\":\"search_result\",\"source\":\"s\",\"content\":[]}"),
                arguments(".1.content: Field required",
                        "{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"t\"}"),
                arguments(".1.content.0.type: a block of type \"image\" cannot stand in a search result",
                        "{\"type\":\"search_result\",\"content\":[{\"type\":\"image\"}]}"),
                arguments(".1.tool_use_id: Field required", "{\"type\":\"tool_result\",\"content\":\"42\"}"),
                arguments(".1.tool_use_id: expected a string, got a number",
                        "{\"type\":\"tool_result\",\"tool_use_id\":1}"),
                arguments(".1.content: expected a string or an array of content blocks",
                        "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":{\"a\":1}}"),
                arguments(".1.content.2.type: Field required",
                        "{\"type\":\"tool_result\",\"content\":[{\"type\":\"a\"},{\"type\":\"b\"},{\"x\":1}]}"),
                arguments(".1.content.0.source.type: Field required",
                        "{\"content\":[{\"source\":{\"a\":1},\"type\":\"image\"}],\"type\":\"tool_result\"}"),
                arguments(".1.content.0.type: a block of type \"tool_result\" cannot stand in a tool result",
                        "{\"content\":[{\"content\":[],\"type\":\"tool_result\"}],\"type\":\"tool_result\"}"),
                arguments(".1.is_error: expected true or false, got a string",
                        "{\"type\":\"tool_result\",\"is_error\":\"no\"}"),
                arguments(".1: a block of type \"tool_use\" cannot stand in a message of role \"user\"",
                        "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}"),
                arguments(".1: a block of type \"thinking\" cannot stand in a message of role \"user\"",
                        "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"s\"}"),
                arguments(".1: a block of type \"redacted_thinking\" cannot stand in a message of role \"user\"",
                        "{\"type\":\"redacted_thinking\",\"data\":\"d\"}"));
    }

    @ParameterizedTest
    @MethodSource("userBlocks")
    void blocksOfAUser(String problem, String block) {
        refused("messages.0.content" + problem, withMessage("user", "[{\"type\":\"zzz\"}," + block + "]"),
                ApiVersion.V2023_06_01);
    }

    static Stream<Arguments> otherRoles() {
        return Stream.of(arguments("assistant", ".0.id: Field required",
                "{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{}}"),
                arguments("assistant", ".0.name: Field required",
                        "{\"type\":\"tool_use\",\"id\":\"t\",\"input\":{}}"),
                arguments("assistant", ".0.input: Field required",
                        "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":null}"),
                arguments("assistant", ".0.input: expected an object, got a string",
                        "{\"type\":\"tool_use\",\"input\":\"{}\"}"),
                arguments("assistant", ".0.input: expected an object, got an array",
                        "{\"input\":[],\"type\":\"tool_use\"}"),
                arguments("assistant", ".0.thinking: Field required", "{\"type\":\"thinking\",\"signature\":\"s\"}"),
                arguments("assistant", ".0.signature: expected a string, got a number",
                        "{\"type\":\"thinking\",\"signature\":1}"),
                arguments("assistant", ".0.data: Field required", "{\"type\":\"redacted_thinking\"}"),
                arguments("assistant", ".0: a block of type \"image\" cannot stand in a message of role \"assistant\"",
                        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}"),
                arguments("assistant",
                        ".0: a block of type \"tool_result\" cannot stand in a message of role \"assistant\"",
                        "{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}"),
                arguments("system", ".0: a block of type \"image\" cannot stand in a message of role \"system\"",
                        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}"),
                arguments("system", ".0: a block of type \"tool_result\" cannot stand in a message of role \"system\"",
                        "{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}"));
    }

    @ParameterizedTest
    @MethodSource("otherRoles")
    void blocksOfOtherRoles(String role, String problem, String block) {
        refused("messages.0.content" + problem, withMessage(role, "[" + block + "]"), ApiVersion.V2023_06_01);
    }

    /** What version 2026-10-21 took away, and 2023-06-01 still has. */
    static Stream<Arguments> newVersion() {
        String cited = "{\"type\":\"text\",\"text\":\"a\",\"citations\":[{\"type\":\"char_location\"}]}";
        return Stream.of(
                arguments("temperature: is not supported by anthropic-version 2026-10-21", with("\"temperature\":1.0")),
                arguments("top_p: is not supported by anthropic-version 2026-10-21", with("\"top_p\":1")),
                arguments("top_k: is not supported by anthropic-version 2026-10-21", with("\"top_k\":0")),
                arguments("messages.0.content.0: a document directly in an assistant message is not supported by "
                        + "anthropic-version 2026-10-21",
                        withMessage("assistant",
                                "[{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"d\"}}]")),
                arguments("messages.0.content.1.citations: citations on a text block of a user message are not "
                        + "supported by anthropic-version 2026-10-21",
                        withMessage("user", "[{\"type\":\"text\",\"text\":\"a\"}," + cited + "]")),
                arguments("messages.0.content.0.content.1.citations: citations on a text block of a user message are "
                        + "not supported by anthropic-version 2026-10-21",
                        withMessage("user", "[{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"t\",\"content\":"
                                + "[{\"type\":\"text\",\"text\":\"b\"}," + cited + "]}]")));
    }

    @ParameterizedTest
    @MethodSource("newVersion")
    void theNewVersionRefusesWhatTheOldOneTakes(String message, String json) {
        refused(message, json, ApiVersion.V2026_10_21);
        assertEquals("m", Requests.decode(json, ApiVersion.V2023_06_01).model());
    }

    /** In the new version a value that is wrong as well is told that it should not be there at all. */
    @Test
    void aRemovedParameterIsNotToldItsRange() {
        refused("temperature: is not supported by anthropic-version 2026-10-21", with("\"temperature\":\"hot\""),
                ApiVersion.V2026_10_21);
    }

    @Test
    void tooManyMessages() {
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            messages.add("{\"role\":\"user\",\"content\":\"\"}");
        }
        String most = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[" + String.join(",", messages);
        assertEquals(100_000, Requests.decode(most + "]}").messages().size());
        refused("messages: there are more than 100000 messages",
                most + ",{\"role\":\"user\",\"content\":\"\"}]}", ApiVersion.V2023_06_01);
    }

    /** What a client sent is quoted short, on one line, and never cut within a character. */
    @Test
    void quotedValuesCannotBreakTheReply() {
        String role = "r".repeat(79) + "\uD83C\uDF89";
        ApiException refusal = assertThrows(ApiException.class, () -> Requests.decode(withMessage(role, "\"hi\"")));
        assertEquals("messages.0.role: expected \"user\", \"assistant\" or \"system\", got \"" + "r".repeat(79) + "…\"",
                refusal.getMessage());
        assertEquals("""
            {"type":"error","error":{"type":"invalid_request_error","message":"messages.0.role: expected \\"user\\", \
            \\"assistant\\" or \\"system\\", got \\"%s…\\""},"request_id":"req_1"}""".formatted("r".repeat(79)),
                new String(refusal.envelope("req_1"), StandardCharsets.UTF_8));
        refused("messages.0.role: expected \"user\", \"assistant\" or \"system\", got \"a?b\"",
                withMessage("a\\nb", "\"hi\""), ApiVersion.V2023_06_01);
    }
}
