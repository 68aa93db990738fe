package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a request stands beside its messages. */
class ConverseRequestTest {
    private static final String TOOL = "{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}";
    private static final String MAX = "\"inferenceConfig\":{\"maxTokens\":9}";
    private static final String LOOK = "{\"toolSpec\":{\"name\":\"look\",\"inputSchema\":{\"json\":{\"type\":\"object\"}}}}";
    private static final String HISTORY = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":"
            + "\"a\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"look\",\"input\":{}}]},"
            + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"b\"}]}]";

    @Tag("case-13")
    @Test
    void inference() {
        assertEquals(MAX, Converse.fields("", Converse.NOVA));
        assertEquals("\"inferenceConfig\":{\"maxTokens\":9,\"temperature\":0.5,\"topP\":0.25,\"stopSequences\":[\"a\","
                + "\"b\",\"c\",\"d\",\"e\"]},\"additionalModelResponseFieldPaths\":[\"/stop_sequence\"]",
                Converse.fields("\"temperature\":0.5,\"top_p\":0.25,\"stop_sequences\":[\"a\",\"b\",\"c\",\"d\",\"e\"]",
                        Converse.NOVA));
    }

    @Tag("case-13")
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        anthropic.claude-3-haiku-20240307-v1:0     | "top_k":5                                            | {"top_k":5}
        mistral.mistral-large-2402-v1:0            | "top_k":5                                            | {"top_k":5}
        us.amazon.nova-lite-v1:0                   | "top_k":5                                            | {"inferenceConfig":{"topK":5}}
        meta.llama3-3-70b-instruct-v1:0            | "top_k":5                                            | -
        eu.anthropic.claude-sonnet-4-20250514-v1:0 | "thinking":{"type":"enabled","budget_tokens":1024}   | {"thinking":{"type":"enabled","budget_tokens":1024}}
        anthropic.claude-opus-4-6-v1               | "thinking":{"type":"adaptive"}                       | {"thinking":{"type":"adaptive"}}
        anthropic.claude-opus-4-6-v1               | "thinking":{"type":"disabled"}                       | -
        us.amazon.nova-lite-v1:0                   | "thinking":{"type":"enabled","budget_tokens":1024}   | -
        openai.gpt-oss-120b-1:0                    | "output_config":{"effort":"max"}                     | {"reasoning_effort":"high"}
        openai.gpt-oss-120b-1:0                    | "output_config":{"effort":"low"}                     | {"reasoning_effort":"low"}
        us.amazon.nova-lite-v1:0                   | "output_config":{"effort":"low"}                     | -
        """)
    void fieldsOfTheModelsOwn(String model, String fields, String expected) {
        // The budget must be less than what may be generated.
        String encoded = Converse.request("{\"model\":\"m\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"hi\"}]," + fields + "}", model);
        String additional = expected == null ? "" : ",\"additionalModelRequestFields\":" + expected;
        assertEquals("{\"inferenceConfig\":{\"maxTokens\":4096}" + additional
                + ",\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}", encoded);
    }

    @Tag("case-13")
    @Test
    void betasAreFieldsOfAnthropicsModels() {
        String request = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        assertEquals(
                "{" + MAX + ",\"additionalModelRequestFields\":{\"anthropic_beta\":[\"a-2025-01-01\",\"b\"]},"
                        + "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}",
                Converse.request(request, Converse.CLAUDE, List.of("a-2025-01-01", "b")));
        assertFalse(Converse.request(request, Converse.NOVA, List.of("a-2025-01-01")).contains("beta"));
    }

    @Tag("case-13")
    @Test
    void output() {
        assertEquals(MAX + ",\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":"
                + "{\"schema\":\"{\\\"type\\\":\\\"object\\\"}\",\"name\":\"response\"}}},\"effort\":\"high\"}",
                Converse.fields(
                        "\"output_config\":{\"effort\":\"high\",\"format\":{\"type\":\"json_schema\",\"schema\":"
                                + "{ \"type\": \"object\" }}}",
                        Converse.CLAUDE));
    }

    @Tag("case-11")
    @Tag("case-19")
    @Test
    void tools() {
        assertEquals(
                MAX + ",\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"look\",\"description\":\"Looks.\","
                        + "\"inputSchema\":{\"json\":{ \"type\":\"object\" , \"b\":1.50 }},\"strict\":true}},"
                        + LOOK.replace("look", "wait") + "]}",
                Converse.fields("\"tools\":[{\"name\":\"look\",\"description\":\"Looks.\",\"input_schema\":"
                        + "{ \"type\":\"object\" , \"b\":1.50 },\"strict\":true,\"cache_control\":{\"type\":\"ephemeral\"}},"
                        // Bedrock takes no empty description
                        + TOOL.replace("\"look\"", "\"wait\",\"description\":\" \"")
                        + ",{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", Converse.NOVA));
    }

    @Tag("case-18")
    @Tag("case-19")
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        {"type":"auto"}                                          | {"auto":{}}
        {"type":"any"}                                           | {"any":{}}
        {"type":"tool","name":"look"}                            | {"tool":{"name":"look"}}
        {"type":"tool","name":"web_search"}                      | -
        """)
    void toolChoice(String choice, String expected) {
        assertEquals(MAX + ",\"toolConfig\":{\"tools\":[" + LOOK + "]"
                + (expected == null ? "" : ",\"toolChoice\":" + expected) + "}",
                Converse.fields("\"tools\":[" + TOOL + ",{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],"
                        + "\"tool_choice\":" + choice, Converse.CLAUDE));
    }

    @Tag("case-18")
    @ParameterizedTest
    @DisplayName("case 18: that calls may not be parallel is told to Anthropic's models in their own words, and not twice")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        {"type":"auto","disable_parallel_tool_use":true}             | {"type":"auto","disable_parallel_tool_use":true}
        {"type":"any","disable_parallel_tool_use":true}              | {"type":"any","disable_parallel_tool_use":true}
        {"type":"tool","name":"look","disable_parallel_tool_use":true} | {"type":"tool","name":"look","disable_parallel_tool_use":true}
        """)
    void oneCallOnly(String choice, String expected) {
        String fields = "\"tools\":[" + TOOL + "],\"tool_choice\":" + choice;
        assertEquals(
                MAX + ",\"additionalModelRequestFields\":{\"tool_choice\":" + expected + "},\"toolConfig\":{\"tools\":["
                        + LOOK + "]}",
                Converse.fields(fields, Converse.CLAUDE));
        assertFalse(Converse.fields(fields, Converse.NOVA).contains("parallel"));
    }

    @Tag("case-18")
    @Tag("case-19")
    @Test
    void noToolsAreOfferedWhenNoneMayBeUsed() {
        assertEquals(MAX, Converse.fields("\"tools\":[" + TOOL + "],\"tool_choice\":{\"type\":\"none\"}",
                Converse.CLAUDE));
        assertEquals(MAX, Converse.fields("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],"
                + "\"tool_choice\":{\"type\":\"any\"}", Converse.CLAUDE));
    }

    @Tag("case-18")
    @Test
    void aChoiceThatCannotBeMadeIsRefused() {
        assertRefused(
                "tool_choice.name: the demand for \"look\", which is not declared in tools, cannot be sent to provider aws",
                "\"tool_choice\":{\"type\":\"tool\",\"name\":\"look\"}");
        assertRefused(
                "tool_choice.name: the demand for \"wait\", which is not declared in tools, cannot be sent to provider aws",
                "\"tools\":[" + TOOL + "],\"tool_choice\":{\"type\":\"tool\",\"name\":\"wait\"}");
        ApiException refusal = assertThrows(ApiException.class, () -> Converse.request(
                HISTORY + ",\"tools\":[" + TOOL + "],\"tool_choice\":{\"type\":\"none\"}}", Converse.CLAUDE));
        assertEquals(
                "tool_choice.type: \"none\" in a conversation that shows tools in use cannot be sent to provider aws",
                refusal.getMessage());
    }

    /** Bedrock refuses a conversation that shows tools which it is not told of. */
    @Tag("case-13")
    @Test
    void anEffortThatNobodyKnowsIsRefused() {
        for (String model : List.of(Converse.NOVA, Converse.LLAMA, Converse.PROFILE)) {
            ApiException refusal = assertThrows(ApiException.class,
                    () -> Converse.fields("\"output_config\":{\"effort\":\"extreme\"}", model));
            assertEquals("output_config.effort: the unknown effort \"extreme\" cannot be sent to provider aws",
                    refusal.getMessage());
        }
    }

    @Tag("case-9")
    @Test
    void toolsInUseAreDeclared() {
        String encoded = Converse.request(HISTORY + "}", Converse.CLAUDE);
        assertEquals("{" + MAX + ",\"toolConfig\":{\"tools\":[" + LOOK + "]}",
                encoded.substring(0, encoded.indexOf(",\"messages\"")));
    }

    @Tag("case-13")
    @Test
    void zeroTokensAreRefused() {
        ApiException refusal = assertThrows(ApiException.class,
                () -> Converse.request(
                        "{\"model\":\"m\",\"max_tokens\":0,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                        Converse.CLAUDE));
        assertEquals("max_tokens: 0, which asks for no answer, cannot be sent to provider aws", refusal.getMessage());
    }

    @Tag("case-11")
    @Tag("case-12")
    @Test
    void system() {
        assertEquals(MAX + ",\"system\":[{\"text\":\"Be brief.\"}]",
                Converse.fields("\"system\":\"Be brief.\"", Converse.CLAUDE));
        assertEquals(MAX + ",\"system\":[{\"text\":\"You are\"},{\"text\":\"kind\"}]",
                Converse.fields("\"system\":[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cch=1;\"},"
                        + "{\"type\":\"text\",\"text\":\"You are\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}},"
                        + "{\"type\":\"text\",\"text\":\" \"},{\"type\":\"text\",\"text\":\"kind\"}]",
                        Converse.CLAUDE));
        assertEquals(MAX + ",\"system\":[{\"text\":\"You are\"}]", Converse
                .fields("\"system\":\"x-anthropic-billing-header: cch=1;\\nYou are\"", Converse.CLAUDE));
    }

    @Tag("case-11")
    @Tag("case-13")
    @Test
    void whatOnlyAnthropicKnowsIsLeftOut() {
        assertEquals(MAX, Converse.fields("\"metadata\":{\"user_id\":\"u\"},\"service_tier\":\"auto\",\"stream\":true,"
                + "\"context_management\":{\"edits\":[]},\"speed\":\"fast\",\"invented\":[1],\"cache_control\":"
                + "{\"type\":\"ephemeral\"}", Converse.CLAUDE));
    }

    private static void assertRefused(String message, String fields) {
        ApiException refusal = assertThrows(ApiException.class, () -> Converse.fields(fields, Converse.CLAUDE));
        assertEquals(message, refusal.getMessage());
        assertEquals(400, refusal.status());
    }
}
