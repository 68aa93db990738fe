package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.OpenAiOptions.MaxTokensField;
import dev.caravan.config.OpenAiOptions.ToolIds;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A preset says what the file does not")
class PresetsTest {

    private static OpenAiProvider read(String provider, Map<String, String> environment) {
        return assertInstanceOf(OpenAiProvider.class, Configs.readProvider(provider, environment));
    }

    @ParameterizedTest
    @CsvSource({"openai, OPENAI_API_KEY, https://api.openai.com/v1",
            "openrouter, OPENROUTER_API_KEY, https://openrouter.ai/api/v1",
            "groq, GROQ_API_KEY, https://api.groq.com/openai/v1",
            "deepseek, DEEPSEEK_API_KEY, https://api.deepseek.com",
            "mistral, MISTRAL_API_KEY, https://api.mistral.ai/v1", "xai, XAI_API_KEY, https://api.x.ai/v1",
            "qwen, DASHSCOPE_API_KEY, https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "together, TOGETHER_API_KEY, https://api.together.ai/v1",
            "fireworks, FIREWORKS_API_KEY, https://api.fireworks.ai/inference/v1"})
    void twoLinesAreEnough(String preset, String variable, String url) {
        OpenAiProvider provider = read(preset + ":\n  preset: " + preset, Map.of(variable, "the-key"));
        assertEquals(URI.create(url), provider.endpoint().baseUrl());
        assertEquals(Optional.of(Secret.of("the-key")), provider.endpoint().apiKey());
        assertEquals(List.of(variable), assertInstanceOf(UnavailableProvider.class,
                Configs.readProvider(preset + ":\n  preset: " + preset, Map.of())).missingVariables());
    }

    @ParameterizedTest
    @CsvSource({"ollama, OLLAMA_API_KEY, http://127.0.0.1:11434/v1", "vllm, VLLM_API_KEY, http://127.0.0.1:8000/v1",
            "llama-cpp, LLAMA_API_KEY, http://127.0.0.1:8080/v1",
            "lm-studio, LM_STUDIO_API_KEY, http://127.0.0.1:1234/v1"})
    void serversOfOnesOwnNeedNoKey(String preset, String variable, String url) {
        OpenAiProvider provider = read("a: { preset: " + preset + " }", Map.of());
        assertEquals(URI.create(url), provider.endpoint().baseUrl());
        assertEquals(Optional.empty(), provider.endpoint().apiKey());
        assertEquals(Optional.of(Secret.of("k")),
                read("a: { preset: " + preset + " }", Map.of(variable, "k")).endpoint().apiKey());
    }

    @Test
    void azureNeedsItsAddressToo() {
        OpenAiProvider azure = read("a: { preset: azure-openai }",
                Map.of("AZURE_OPENAI_ENDPOINT", "https://n.openai.azure.com", "AZURE_OPENAI_API_KEY", "k"));
        assertEquals(URI.create("https://n.openai.azure.com/openai/v1"), azure.endpoint().baseUrl());
        assertEquals("api-key", azure.options().access().keyHeader());
        assertEquals(List.of("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"), assertInstanceOf(
                UnavailableProvider.class, Configs.readProvider("a: { preset: azure-openai }", Map.of()))
                .missingVariables());
    }

    @Test
    void whatTheFileSaysWinsOptionByOption() {
        OpenAiProvider provider = read("""
            a:
              preset: openai
              base-url: "http://proxy/v1"
              api-key: mine
              options: { max-stop: 9, tool-ids: as-given, efforts: [none, low] }
            """, Map.of("OPENAI_API_KEY", "theirs"));
        assertEquals(URI.create("http://proxy/v1"), provider.endpoint().baseUrl());
        assertEquals(Optional.of(Secret.of("mine")), provider.endpoint().apiKey());
        assertEquals(9, provider.options().parameters().maxStop());
        assertEquals(ToolIds.AS_GIVEN, provider.options().tools().ids());
        assertEquals(MaxTokensField.MAX_COMPLETION_TOKENS, provider.options().parameters().maxTokensField());
        assertEquals("[NONE, LOW]", provider.options().reasoning().efforts().toString());
    }

    @Test
    void aMissingKeyIsToldWhereThePresetIsNamed() {
        ConfigException e = assertThrows(ConfigException.class, () -> Configs.read("""
            providers:
              fast:
                preset: groq
            models: [{ match: "*", to: fast/x }]
            """));
        assertEquals("caravan.yaml:3:13: providers.fast.api-key: environment variable GROQ_API_KEY is not set, and "
                + "models[0].to (line 4) sends requests to this provider; set it, or give a default: "
                + "${GROQ_API_KEY:default}", e.getMessage());
    }

    /** A mistake in the resource would otherwise only be seen by those who use that preset. */
    @ParameterizedTest
    @MethodSource
    void everyPresetIsValid(String preset) {
        read("a: { preset: " + preset + ", base-url: \"http://x/v1\", api-key: k }", Map.of());
    }

    static List<String> everyPresetIsValid() {
        return List.copyOf(Presets.byName().keySet());
    }
}
