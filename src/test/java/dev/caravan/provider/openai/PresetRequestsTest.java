package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One request as each known server gets it, byte for byte. */
class PresetRequestsTest {
    private static final String LONG_ID = "toolu_0123456789012345678901234567890123456789";

    /** What every server can be sent in some form. */
    private static final String REQUEST = """
        {"model":"claude","max_tokens":9000,"system":"Be brief.","temperature":0.5,"top_k":40,"stop_sequences":["A","B"],
         "stream":true,"thinking":{"type":"enabled","budget_tokens":5000},"metadata":{"user_id":"u"},
         "tools":[{"name":"a","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"}}],
         "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
         "messages":[{"role":"user","content":"ask"},
           {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"caravan:openai"},
             {"type":"tool_use","id":"%s","name":"a","input":{"x":1}}]},
           {"role":"user","content":[{"type":"tool_result","tool_use_id":"%s","content":"1"},{"type":"text","text":"and"}]},
           {"role":"system","content":"news"}]}"""
            .formatted(LONG_ID, LONG_ID);

    static OpenAiRequestEncoder preset(String name) {
        return Encoded.encoder("preset: " + name);
    }

    static List<String> presets() {
        return List.of("openai", "openrouter", "groq", "deepseek", "mistral", "xai", "qwen", "together", "fireworks",
                "ollama", "vllm", "llama-cpp", "lm-studio", "mlx-lm-server", "azure-openai");
    }

    @Tag("case-4")
    @Tag("case-10")
    @Tag("case-12")
    @Tag("case-13")
    @ParameterizedTest(name = "{0}")
    @MethodSource("presets")
    void request(String preset) {
        assertEquals(expected(preset), Encoded.request(REQUEST, preset(preset)));
    }

    private static String expected(String preset) {
        return switch (preset) {
            case "openai" ->
                "{\"model\":\"m\",\"max_completion_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"safety_identifier\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "openrouter" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"reasoning\":{\"max_tokens\":5000},\"user\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "groq" ->
                "{\"model\":\"m\",\"max_completion_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"user\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "deepseek" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"high\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\""
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "mistral" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"stream\":true"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"H1Q75Dw6S\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"H1Q75Dw6S\",\"content\":\"1\\n\\nand\\n\\n<system>\\nnews\\n</system>\"}]}";
            case "xai" ->
                "{\"model\":\"m\",\"max_completion_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"user\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "qwen" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"enable_thinking\":true,\"thinking_budget\":5000,\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "together" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\""
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "fireworks" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"user\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "ollama" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}]"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            case "vllm" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"chat_template_kwargs\":{\"enable_thinking\":true},\"reasoning_effort\":\"medium\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":\"\",\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\\n\\nand\\n\\n<system>\\nnews\\n</system>\"}]}";
            case "llama-cpp" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"chat_template_kwargs\":{\"enable_thinking\":true},\"reasoning_effort\":\"medium\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\\n\\nand\\n\\n<system>\\nnews\\n</system>\"}]}";
            case "lm-studio" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\""
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\\n\\nand\\n\\n<system>\\nnews\\n</system>\"}]}";
            case "mlx-lm-server" ->
                "{\"model\":\"m\",\"max_tokens\":9000,\"temperature\":0.5,\"top_k\":40,\"stop\":[\"A\",\"B\"],\"chat_template_kwargs\":{\"enable_thinking\":true},\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}]"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"toolu_0123456789012345678901234567890123456789\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"toolu_0123456789012345678901234567890123456789\",\"content\":\"1\\n\\nand\\n\\n<system>\\nnews\\n</system>\"}]}";
            case "azure-openai" ->
                "{\"model\":\"m\",\"max_completion_tokens\":9000,\"temperature\":0.5,\"stop\":[\"A\",\"B\"],\"reasoning_effort\":\"medium\",\"user\":\"0bfe935e70c321c7ca3afc75ce0d0ca2f98b5422e008bb31c00c6d7f1f1c0ad6\",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false"
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"ask\"}"
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"call_H1Q75Dw6SLyUG529jdNIBt1\",\"content\":\"1\"},{\"role\":\"user\",\"content\":\"and\"},{\"role\":\"system\",\"content\":\"news\"}]}";
            default -> throw new AssertionError(preset);
        };
    }

    // -- thinking ------------------------------------------------------------------------------------------------------

    @Tag("case-13")
    @ParameterizedTest(name = "case 13, {0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "openai | \"output_config\":{\"effort\":\"max\"} | ,\"reasoning_effort\":\"high\"",
            "openai | \"thinking\":{\"type\":\"adaptive\"} | ~~", "openai | \"thinking\":{\"type\":\"disabled\"} | ~~",
            "deepseek | \"output_config\":{\"effort\":\"max\"} | ,\"reasoning_effort\":\"max\"",
            "deepseek | \"output_config\":{\"effort\":\"medium\"} | ,\"reasoning_effort\":\"high\"",
            "deepseek | \"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\"} | ,\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"low\"",
            "deepseek | \"thinking\":{\"type\":\"disabled\"},\"output_config\":{\"effort\":\"low\"} | ,\"thinking\":{\"type\":\"disabled\"}",
            "qwen | \"thinking\":{\"type\":\"adaptive\"} | ,\"enable_thinking\":true",
            "qwen | \"thinking\":{\"type\":\"disabled\"} | ,\"enable_thinking\":false",
            "vllm | \"thinking\":{\"type\":\"disabled\"} | ,\"chat_template_kwargs\":{\"enable_thinking\":false}",
            "vllm | \"output_config\":{\"effort\":\"xhigh\"} | ,\"reasoning_effort\":\"high\"",
            "llama-cpp | \"output_config\":{\"effort\":\"max\"} | ,\"reasoning_effort\":\"high\"",
            "openrouter | \"output_config\":{\"effort\":\"max\"} | ,\"reasoning\":{\"effort\":\"max\"}",
            "openrouter | \"output_config\":{\"effort\":\"xhigh\"} | ,\"reasoning\":{\"effort\":\"xhigh\"}",
            "openrouter | \"thinking\":{\"type\":\"adaptive\"} | ,\"reasoning\":{\"enabled\":true}",
            "openrouter | \"thinking\":{\"type\":\"disabled\"} | ,\"reasoning\":{\"enabled\":false}",
            "mistral | \"output_config\":{\"effort\":\"high\"} | ~~",
            "xai | \"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"high\"} | ~~"})
    void thinking(String preset, String fields, String expected) {
        assertEquals(expected, Encoded.fields(fields, preset(preset)));
    }

    @Tag("case-13")
    @ParameterizedTest(name = "case 13, {0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "openai | auto | ,\"service_tier\":\"auto\"", "openai | standard_only | ,\"service_tier\":\"default\"",
            "openrouter | standard_only | ,\"service_tier\":\"default\"",
            "groq | standard_only | ,\"service_tier\":\"on_demand\"", "groq | auto | ,\"service_tier\":\"auto\"",
            "azure-openai | standard_only | ~~", "vllm | priority | ~~"})
    void serviceTier(String preset, String tier, String expected) {
        assertEquals(expected, Encoded.fields("\"service_tier\":\"" + tier + "\"", preset(preset)));
    }

    @Tag("case-18")
    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName("case 18: a model that thinks by itself and cannot be made to call a tool meanwhile is told not to think")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "deepseek | {\"type\":\"any\"} | | ,\"thinking\":{\"type\":\"disabled\"}",
            "deepseek | {\"type\":\"tool\",\"name\":\"a\"} | ,\"output_config\":{\"effort\":\"high\"} | ,\"thinking\":{\"type\":\"disabled\"}",
            "deepseek | {\"type\":\"auto\"} | | ~~", "qwen | {\"type\":\"any\"} | | ,\"enable_thinking\":false",
            "qwen | {\"type\":\"any\"} | ,\"thinking\":{\"type\":\"adaptive\"} | ,\"enable_thinking\":true",
            "vllm | {\"type\":\"any\"} | | ~~"})
    void aDemandedCallAndThinking(String preset, String choice, String fields, String expected) {
        String encoded = Encoded.fields(TWO + choice + (fields == null ? "" : fields), preset(preset));
        assertEquals(expected, encoded.substring(0, encoded.indexOf(",\"tools\"")));
    }

    // -- tools ---------------------------------------------------------------------------------------------------------

    static final String TWO = "\"tools\":[{\"name\":\"a\",\"input_schema\":{}},{\"name\":\"b\",\"input_schema\":{}}],\"tool_choice\":";
    private static final String A = "{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{}}}";
    private static final String B = "{\"type\":\"function\",\"function\":{\"name\":\"b\",\"parameters\":{}}}";

    @Tag("case-18")
    @Test
    @DisplayName("case 18, llama-cpp, lm-studio: a certain tool is demanded by offering no other")
    void choiceInWords() {
        for (String name : List.of("llama-cpp", "lm-studio")) {
            assertEquals(",\"tools\":[" + B + "],\"tool_choice\":\"required\"",
                    Encoded.fields(TWO + "{\"type\":\"tool\",\"name\":\"b\"}", preset(name)));
            assertEquals(",\"tools\":[" + A + "," + B + "],\"tool_choice\":\"required\"",
                    Encoded.fields(TWO + "{\"type\":\"any\"}", preset(name)));
            assertEquals(",\"tools\":[" + A + "," + B + "],\"tool_choice\":\"none\"",
                    Encoded.fields(TWO + "{\"type\":\"none\"}", preset(name)));
        }
    }

    @Tag("case-18")
    @Test
    @DisplayName("case 18, ollama, mlx-lm-server: the model decides")
    void noChoice() {
        for (String name : List.of("ollama", "mlx-lm-server")) {
            assertEquals(",\"tools\":[" + A + "," + B + "]",
                    Encoded.fields(TWO + "{\"type\":\"auto\"}", preset(name)));
            assertEquals("", Encoded.fields(TWO + "{\"type\":\"none\"}", preset(name)));
        }
    }

    // -- reasoning of earlier turns ------------------------------------------------------------------------------------

    @Tag("case-4")
    @Test
    @DisplayName("case 4, DeepSeek: turns with calls have reasoning_content, even an empty one")
    void reasoningContent() {
        String encoded = Encoded.messages(
                """
                    [{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"},
                     {"role":"assistant","content":[{"type":"tool_use","id":"A","name":"a","input":{}}]},
                     {"role":"user","content":[{"type":"tool_result","tool_use_id":"A","content":"1"}]},
                     {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"c2ln"},{"type":"text","text":"d"}]}]""",
                preset("deepseek"));
        assertTrue(encoded.contains("{\"role\":\"assistant\",\"content\":\"b\"}"), encoded);
        assertTrue(
                encoded.contains(
                        "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"\",\"tool_calls\":["),
                encoded);
        assertTrue(encoded.contains("{\"role\":\"assistant\",\"content\":\"d\",\"reasoning_content\":\"t\"}"), encoded);
        assertFalse(encoded.contains("c2ln"), encoded);
    }

    @Tag("case-4")
    @Test
    @DisplayName("case 4, OpenRouter: reasoning_details come back as they came, signatures and encrypted ones included")
    void reasoningDetails() {
        String head = "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",";
        Decoded decoded = Decoded.stream(head
                + "\"reasoning\":\"Who\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Who\",\"index\":0,\"format\":null}]}}]}\n"
                + head
                + "\"reasoning\":\" am\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\" \\u00e4\",\"signature\":\"c2ln\",\"index\":0,\"format\":\"anthropic-claude-v1\"}]}}]}\n"
                + head
                + "\"reasoning\":null,\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"gAAA\",\"id\":\"rs_1\",\"index\":0}]}}]}\n"
                + "D {\"content\":\"I\"}\nF stop\n[DONE]",
                Encoded.provider("preset: openrouter").options(), Decoded.NO_NAMES);
        String message = decoded.message();
        String content = message.substring(message.indexOf("\"content\":") + 10, message.indexOf(",\"stop_reason\""));
        assertTrue(
                content.startsWith("[{\"type\":\"thinking\",\"thinking\":\"Who am\",\"signature\":\"caravan:openai:"),
                content);
        String encoded = Encoded.messages("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":"
                + content + "},{\"role\":\"user\",\"content\":\"b\"}]", preset("openrouter"));
        assertEquals(
                "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"I\",\"reasoning_details\":["
                        + "{\"type\":\"reasoning.text\",\"text\":\"Who ä\",\"index\":0,\"format\":\"anthropic-claude-v1\",\"signature\":\"c2ln\"},"
                        + "{\"type\":\"reasoning.encrypted\",\"data\":\"gAAA\",\"id\":\"rs_1\",\"index\":0}]},{\"role\":\"user\",\"content\":\"b\"}]",
                encoded);
        assertFalse(
                Encoded.messages("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":" + content
                        + "},{\"role\":\"user\",\"content\":\"b\"}]", preset("openai")).contains("c2ln"));
    }

    @Tag("case-4")
    @ParameterizedTest
    @DisplayName("case 4: a signature that a client made up is none")
    @CsvSource({"caravan:openai:!!", "caravan:openai:e30", "caravan:openai:XSx7", "caravan:openai:", "caravan:openai"})
    void madeUpDetails(String signature) {
        String encoded = Encoded.messages("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":["
                + "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"" + signature
                + "\"},{\"type\":\"text\",\"text\":\"b\"}]}]", preset("openrouter"));
        assertEquals(signature.endsWith("e30")
                ? "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\",\"reasoning_details\":[{}]}]"
                : "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\",\"reasoning\":\"t\"}]",
                encoded);
    }

    // -- ids -----------------------------------------------------------------------------------------------------------

    @Tag("case-10")
    @Test
    @DisplayName("case 10, Mistral: ids of nine letters and digits, the same for call and result, never two alike")
    void nineCharacters() {
        StringBuilder calls = new StringBuilder();
        StringBuilder results = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            String id = i == 0 ? "abcDEF123" : "a." + i;
            calls.append(i == 0 ? "" : ",").append("{\"type\":\"tool_use\",\"id\":\"").append(id)
                    .append("\",\"name\":\"a\",\"input\":{}}");
            results.append(i == 0 ? "" : ",").append("{\"type\":\"tool_result\",\"tool_use_id\":\"").append(id)
                    .append("\",\"content\":\"\"}");
        }
        String encoded = Encoded
                .messages("[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[" + calls
                        + "]},{\"role\":\"user\",\"content\":[" + results + "]}]", preset("mistral"));
        List<String> called = ids(encoded, "\"id\":\"([^\"]*)\"");
        assertEquals(called, ids(encoded, "\"tool_call_id\":\"([^\"]*)\""));
        assertEquals(500, called.stream().distinct().count());
        assertTrue(called.stream().allMatch(id -> id.matches("[A-Za-z0-9]{9}")), called.toString());
        assertEquals("abcDEF123", called.getFirst());
    }

    private static List<String> ids(String encoded, String pattern) {
        return java.util.regex.Pattern.compile(pattern).matcher(encoded).results().map(id -> id.group(1)).toList();
    }

    // -- the same bytes again ------------------------------------------------------------------------------------------

    @Tag("case-4")
    @Test
    @DisplayName("case 4, OpenRouter: reasoning_details of reasoning between calls come back once")
    void reasoningDetailsBetweenCalls() {
        String think = "D {\"reasoning\":\"%s\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"%s\",\"signature\":\"%s\",\"index\":%d}]}\n";
        Decoded decoded = Decoded.stream(think.formatted("a", "a", "s1", 0) + "D {\"content\":\"x\"}\n"
                + think.formatted("b", "b", "s2", 1) + "D {\"content\":\"y\"}\nF stop\n[DONE]",
                Encoded.provider("preset: openrouter").options(), Decoded.NO_NAMES);
        String message = decoded.message();
        String content = message.substring(message.indexOf("\"content\":") + 10, message.indexOf(",\"stop_reason\""));
        assertEquals("[{\"role\":\"assistant\",\"content\":\"xy\",\"reasoning_details\":["
                + "{\"type\":\"reasoning.text\",\"text\":\"a\",\"signature\":\"s1\",\"index\":0},"
                + "{\"type\":\"reasoning.text\",\"text\":\"b\",\"signature\":\"s2\",\"index\":1}]}]",
                Encoded.messages("[{\"role\":\"assistant\",\"content\":" + content + "}]", preset("openrouter")));
    }
}
