package dev.caravan.provider.gemini;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import static dev.caravan.provider.gemini.Encoded.GENERATION_3;
import static dev.caravan.provider.gemini.Encoded.fields;
import static dev.caravan.provider.gemini.Encoded.refuses;
import static dev.caravan.provider.gemini.Encoded.withFields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.MessageRequest;
import dev.caravan.provider.ToolNames;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of the Messages API and what Gemini gets of everything but the messages. */
class GeminiRequestEncoderTest {
    private static final String TOOLS = "\"tools\":[{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\","
            + "\"properties\":{\"a\":{\"type\":\"string\"}}}},{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]";
    private static final String TOOLS_OUT = "},\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"description\":\"d\","
            + "\"parameters\":{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"STRING\"}}}}]}]";

    @Tag("case-13")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40 | ,\"temperature\":0.5,\"topP\":0.9,\"topK\":40}",
            "\"temperature\":1,\"top_k\":0 | ,\"temperature\":1.0}",
            "\"stop_sequences\":[\"a\",\"b\"] | ,\"stopSequences\":[\"a\",\"b\"]}", "\"stop_sequences\":[] | }",
            "\"stream\":true | }",
            // what Gemini has nothing for, and what nobody knows
            "\"metadata\":{\"user_id\":\"u\"},\"service_tier\":\"auto\",\"speed\":\"fast\",\"context_management\":{},\"invented\":[1] | }",
            "\"cache_control\":{\"type\":\"ephemeral\"} | }",
            "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false}}} | ,\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"INTEGER\"}}}}"})
    void parameters(String fields, String expected) {
        assertEquals(expected, fields(fields));
    }

    @Tag("case-13")
    @Test
    void theModelsOwnLimitOfTokens() {
        MessageRequest request = Encoded.decoded(withFields("\"stream\":false"));
        String body = new String(
                new GeminiRequestEncoder("google").encode(request, "m", 5, ToolNames.beginningWithALetter(request)),
                StandardCharsets.UTF_8);
        assertTrue(body.startsWith("{\"generationConfig\":{\"maxOutputTokens\":5}"), body);
    }

    @Tag("case-11")
    @Tag("case-12")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "\"system\":\"Be brief.\" | },\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]}",
            "\"system\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}] | },\"systemInstruction\":{\"parts\":[{\"text\":\"a\\n\\nb\"}]}",
            "\"system\":[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cc_version=2; cch=36ee5;\"},{\"type\":\"text\",\"text\":\"b\"}] | },\"systemInstruction\":{\"parts\":[{\"text\":\"b\"}]}",
            "\"system\":\"x-anthropic-billing-header: cch=0aaa9;\\nb\" | },\"systemInstruction\":{\"parts\":[{\"text\":\"b\"}]}",
            "\"system\":\"x-anthropic-billing-header: cch=0aaa9;\" | }", "\"system\":\"\" | }", "\"system\":[] | }"})
    void system(String fields, String expected) {
        assertEquals(expected, fields(fields));
    }

    // -- thinking --------------------------------------------------------------------------------------------------------

    @Tag("case-13")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            // the model, thinking, effort, what comes of it
            "gemini-2.5-flash | {\"type\":\"enabled\",\"budget_tokens\":2000} | | \"thinkingBudget\":2000,\"includeThoughts\":true",
            "gemini-2.5-flash | {\"type\":\"enabled\",\"budget_tokens\":60000} | | \"thinkingBudget\":24576,\"includeThoughts\":true",
            "gemini-2.5-pro | {\"type\":\"enabled\",\"budget_tokens\":60000} | low | \"thinkingBudget\":32768,\"includeThoughts\":true",
            "gemini-2.5-flash | {\"type\":\"disabled\"} | high | \"thinkingBudget\":0,\"includeThoughts\":false",
            "gemini-2.5-pro | {\"type\":\"disabled\"} | | \"thinkingBudget\":128,\"includeThoughts\":false",
            "gemini-2.5-pro | {\"type\":\"adaptive\"} | | \"thinkingBudget\":-1,\"includeThoughts\":true",
            "gemini-2.5-pro | {\"type\":\"between_tools\"} | medium | \"thinkingBudget\":8192,\"includeThoughts\":true",
            "gemini-2.5-pro | | low | \"thinkingBudget\":1024,\"includeThoughts\":false",
            "gemini-2.5-pro | | max | \"thinkingBudget\":24576,\"includeThoughts\":false",
            "gemini-flash-latest | {\"type\":\"adaptive\"} | | \"thinkingBudget\":-1,\"includeThoughts\":true",
            "gemini-3-flash | {\"type\":\"enabled\",\"budget_tokens\":1024} | | \"thinkingLevel\":\"LOW\",\"includeThoughts\":true",
            "gemini-3-flash | {\"type\":\"enabled\",\"budget_tokens\":8000} | | \"thinkingLevel\":\"MEDIUM\",\"includeThoughts\":true",
            "gemini-3-pro-preview | {\"type\":\"enabled\",\"budget_tokens\":8000} | | \"thinkingLevel\":\"HIGH\",\"includeThoughts\":true",
            "gemini-3.1-pro | {\"type\":\"enabled\",\"budget_tokens\":60000} | | \"thinkingLevel\":\"HIGH\",\"includeThoughts\":true",
            "gemini-3.1-pro | {\"type\":\"adaptive\"} | medium | \"thinkingLevel\":\"MEDIUM\",\"includeThoughts\":true",
            "gemini-3.1-pro | {\"type\":\"adaptive\"} | | \"includeThoughts\":true",
            "gemini-3.1-pro | {\"type\":\"disabled\"} | high | \"thinkingLevel\":\"LOW\",\"includeThoughts\":false",
            "gemini-3.1-pro | | xhigh | \"thinkingLevel\":\"HIGH\",\"includeThoughts\":false"})
    void thinking(String model, String thinking, String effort, String expected) {
        assertEquals(",\"thinkingConfig\":{" + expected + "}}", fields(thinkingFields(thinking, effort), model));
    }

    @Tag("case-13")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"gemini-2.0-flash | {\"type\":\"adaptive\"} | high",
            "gemma-3 | {\"type\":\"disabled\"} | low", "gemini-2.5-flash | |", "gemini-3-flash | |"})
    void noWordOfThinking(String model, String thinking, String effort) {
        assertEquals("}", fields(thinkingFields(thinking, effort), model));
    }

    private static String thinkingFields(String thinking, String effort) {
        // A budget needs room; with tools it may exceed the tokens of one reply.
        return "\"tools\":[{\"type\":\"memory_20250818\",\"name\":\"memory\"}]"
                + (thinking == null ? "" : ",\"thinking\":" + thinking)
                + (effort == null ? "" : ",\"output_config\":{\"effort\":\"" + effort + "\"}");
    }

    // -- tools -----------------------------------------------------------------------------------------------------------

    @Tag("case-18")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"type\":\"auto\"} | {\"mode\":\"AUTO\"}",
            "{\"type\":\"any\",\"disable_parallel_tool_use\":true} | {\"mode\":\"ANY\"}",
            "{\"type\":\"none\"} | {\"mode\":\"NONE\"}",
            "{\"type\":\"tool\",\"name\":\"f\"} | {\"mode\":\"ANY\",\"allowedFunctionNames\":[\"f\"]}"})
    void toolChoice(String choice, String config) {
        assertEquals(TOOLS_OUT + ",\"toolConfig\":{\"functionCallingConfig\":" + config + "}",
                fields(TOOLS + ",\"tool_choice\":" + choice));
    }

    @Tag("case-18")
    @Tag("case-19")
    @Test
    void aChoiceOfAToolThatRunsAtAnthropicGoesWithIt() {
        assertEquals(TOOLS_OUT, fields(TOOLS + ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"web_search\"}"));
    }

    @Tag("case-18")
    @Tag("case-19")
    @ParameterizedTest
    @ValueSource(strings = {"\"tools\":[],\"tool_choice\":{\"type\":\"auto\"}", "\"tool_choice\":{\"type\":\"any\"}",
            "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],\"tool_choice\":{\"type\":\"any\"}"})
    void withoutToolsThereIsNoChoice(String fields) {
        assertEquals("}", fields(fields));
    }

    @Tag("case-11")
    @Test
    void toolsWithoutParameters() {
        assertEquals("},\"tools\":[{\"functionDeclarations\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}]",
                fields("\"tools\":[{\"name\":\"a\",\"input_schema\":{}},"
                        + "{\"name\":\"b\",\"strict\":true,\"cache_control\":{\"type\":\"ephemeral\"},\"input_schema\":{\"type\":\"object\",\"properties\":{}}},"
                        + "{\"name\":\"c\",\"type\":\"custom\",\"input_schema\":{\"type\":\"object\",\"additionalProperties\":true}}]"));
    }

    @Tag("case-22")
    @Test
    void alternativesOfAToolsInputAreOneObject() {
        assertEquals(
                "},\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"parameters\":{\"type\":\"OBJECT\",\"properties\":{"
                        + "\"a\":{\"type\":\"STRING\"},\"b\":{\"type\":\"INTEGER\"},\"c\":{\"type\":\"BOOLEAN\"}},\"required\":[\"b\"]}}]}]",
                fields("\"tools\":[{\"name\":\"f\",\"input_schema\":{\"anyOf\":["
                        + "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}},\"required\":[\"a\",\"b\"]},"
                        + "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"},\"c\":{\"type\":\"boolean\"}},\"required\":[\"b\"]},"
                        + "{\"type\":\"null\"}]}}]"));
    }

    @Tag("case-10")
    @Test
    void namesThatGeminiDoesNotTake() {
        String longName = "mcp__" + "x".repeat(70);
        String body = Encoded.request("{\"model\":\"c\",\"max_tokens\":9,\"tools\":["
                + "{\"name\":\"" + longName
                + "\",\"input_schema\":{}},{\"name\":\"2fa.x\",\"input_schema\":{}},{\"name\":\"-a\",\"input_schema\":{}},"
                + "{\"name\":\"_ok-1\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"2fa.x\"},\"messages\":["
                + "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"i\",\"name\":\""
                + longName + "\",\"input\":{}}]},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"i\"}]}]}",
                Encoded.MODEL);
        String shortened = Encoded.json(body).at("/tools/0/functionDeclarations/0/name").asText();
        assertEquals(shortened, Encoded.json(body).at("/contents/1/parts/0/functionCall/name").asText());
        assertEquals(shortened, Encoded.json(body).at("/contents/2/parts/0/functionResponse/name").asText());
        String other = Encoded.json(body).at("/tools/0/functionDeclarations/1/name").asText();
        assertTrue(other.startsWith("_2fa_x_"), other);
        assertEquals(other, Encoded.json(body).at("/toolConfig/functionCallingConfig/allowedFunctionNames/0").asText());
        assertEquals("_ok-1", Encoded.json(body).at("/tools/0/functionDeclarations/3/name").asText());
    }

    // -- what is refused ---------------------------------------------------------------------------------------------------

    @Tag("case-13")
    @Tag("case-18")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "\"tool_choice\":{\"type\":\"tool\",\"name\":\"g\"} | tool_choice.name: the demand for \"g\", which is not declared in tools, cannot be sent to provider google",
            "\"tools\":[{\"name\":\"f\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"g\"} | tool_choice.name: the demand for \"g\", which is not declared in tools, cannot be sent to provider google",
            "\"output_config\":{\"effort\":\"extreme\"} | output_config.effort: the unknown effort \"extreme\" cannot be sent to provider google",
            "\"stop_sequences\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"] | stop_sequences: more than 5 stop sequences cannot be sent to provider google"})
    void refused(String fields, String message) {
        refuses(withFields(fields), message);
    }

    @Tag("case-13")
    @Test
    void noTokensAtAll() {
        refuses(withFields("\"stream\":false").replace("\"max_tokens\":9", "\"max_tokens\":0"),
                "max_tokens: 0 cannot be sent to provider google");
    }

    @Test
    void theSameRequestGivesTheSameBytes() {
        String request = withFields(TOOLS + ",\"system\":\"s\",\"thinking\":{\"type\":\"adaptive\"}");
        assertEquals(Encoded.request(request, GENERATION_3), Encoded.request(request, GENERATION_3));
    }

    /** As many as a request can hold must not take minutes. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyTools() {
        String tool = "{\"name\":\"f\",\"input_schema\":{}}";
        MessageRequest request = Encoded
                .decoded(withFields("\"tools\":[" + (tool + ",").repeat(99_999) + tool + "]"));
        assertTrue(new GeminiRequestEncoder("google").encode(request, "m", 5,
                ToolNames.beginningWithALetter(request)).length > 99_999);
    }

    @Test
    void theSchemaThatIsTooLargeIsTheOneThatIsNamed() {
        String tool = "{\"name\":\"f\",\"input_schema\":{}}";
        String large = "{\"name\":\"g\",\"input_schema\":{\"properties\":{"
                + IntStream.range(0, 5_001).mapToObj(i -> "\"p" + i + "\":{}").collect(Collectors.joining(",")) + "}}}";
        refuses(withFields("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}," + tool + "," + large
                + "]"),
                "tools.2.input_schema: holds more than 5000 schemas once its references are in place, too many for a "
                        + "provider of dialect gemini");
    }

    /** A few hundred bytes of references that double at each level stand for thousands of schemas, in each of many tools. */
    @Test
    void toolsThatTogetherAreTooLarge() {
        StringBuilder levels = new StringBuilder();
        for (int i = 0; i < 11; i++) {
            String next = "{\"$ref\":\"#/$defs/l" + (i + 1) + "\"}";
            levels.append("\"l").append(i).append("\":{\"properties\":{\"x\":").append(next).append(",\"y\":")
                    .append(next)
                    .append("}},");
        }
        String tool = "{\"name\":\"f\",\"input_schema\":{\"$ref\":\"#/$defs/l0\",\"$defs\":{" + levels
                + "\"l11\":{}}}}";
        refuses(withFields("\"tools\":[" + (tool + ",").repeat(999) + tool + "]"),
                "tools.24.input_schema: makes the schemas of the request too large for a provider of dialect gemini, "
                        + "once their references are in place");
    }
}
