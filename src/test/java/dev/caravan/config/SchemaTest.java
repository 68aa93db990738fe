package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("caravan.schema.json says of a document what Caravan says of it")
class SchemaTest {

    private static final JsonSchema SCHEMA = YamlJson.schema();
    private static final Map<String, String> ENVIRONMENT = Map.of("HOST", "127.0.0.1", "PORT", "1", "KEY", "abcdefgh",
            "SIZE", "1MB", "IDLE", "1s", "URL", "http://x", "DIALECT", "openai", "TO", "local/x", "ORIGIN", "http://x",
            "NUMBER", "4");

    private static void assertValid(String yaml) {
        assertEquals(Set.of(), YamlJson.validate(SCHEMA, yaml));
        Configs.read(yaml, ENVIRONMENT);
    }

    private static void assertInvalid(String yaml) {
        Configs.fail(yaml, ENVIRONMENT);
        assertFalse(YamlJson.validate(SCHEMA, yaml).isEmpty(), "the schema accepts it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "server:", "server: {}", "server: { host: localhost }", "server: { host: \"::1\" }",
            "server: { host: \"[::1]\" }", "server: { host: \"${HOST}\" }", "server: { port: 0 }",
            "server: { port: 65535 }", "server: { port: \"${PORT}\" }", "server: { cors: }", "server: { cors: [] }",
            "server: { cors: [\"*\", \"http://localhost:3000\", \"vscode-webview://abc\", \"${ORIGIN}\"] }",
            "server: { max-body: 64KB }", "server: { public-url: \"https://llm.example.com\" }",
            "server: { public-url: \"http://10.0.0.1:8080/llm/\" }", "server: { public-url: \"${URL}\" }",
            "server: { max-body: \"${SIZE}\" }", "keys:", "keys: []",
            "keys: [abcdefgh, \"${KEY}x\"]", "keys: [{ key: abcdefgh }, { name: ci, key: \"${KEY}x\" }]", "timeouts:",
            "timeouts: { connect: 500ms, idle: 1h }", "timeouts: { idle: \"${IDLE}\" }", "models:", "models: []",
            "models: [{ match: \"*\", to: local/x }]", "models: [{ match: \"a?*\", to: \"local/a/{model}:b\" }]",
            "models: [{ match: \"${KEY}\", to: \"${TO}\" }]"})
    void validSections(String section) {
        assertValid(section + "\n" + Configs.PROVIDERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name: x", "server: []", "server: localhost", "server: { hots: x }", "server: { host: }",
            "server: { host: 1 }", "server: { host: \"\" }", "server: { host: \"http://x\" }",
            "server: { host: \"x:1\" }", "server: { host: \"127.1\" }", "server: { host: \"256.0.0.1\" }",
            "server: { host: \"[::1\" }", "server: { port: 65536 }", "server: { port: -1 }", "server: { port: \"1\" }",
            "server: { port: 1.5 }", "server: { port: true }", "server: { port: }", "server: { cors: \"*\" }",
            "server: { cors: [x] }", "server: { cors: [\"http://x/\"] }", "server: { cors: [\"http://*.x\"] }",
            "server: { cors: [1] }", "server: { max-body: 1 }", "server: { max-body: 1M }", "server: { max-body: 0KB }",
            "server: { public-url: llm.example.com }", "server: { public-url: \"https://a/?b\" }",
            "server: { public-url: 1 }",
            "keys: abcdefgh", "keys: [abcdefg]", "keys: [123456789]", "keys: [\"a b c d e f\"]", "keys: [{}]",
            "keys: [{ name: a }]", "keys: [{ key: a }]", "keys: [{ key: abcdefgh, x: y }]", "keys: [~]",
            "timeouts: 1s", "timeouts: { idle: 1 }", "timeouts: { idle: 1 s }", "timeouts: { idle: 0s }",
            "timeouts: { total: 1s }", "timeouts: { idle: }", "models: {}", "models: [x]", "models: [{}]",
            "models: [~]", "models: [{ match: x }]", "models: [{ to: local/x }]", "models: [{ match: x, to: local }]",
            "models: [{ match: x, to: local/ }]", "models: [{ match: x, to: \"local/{modle}\" }]",
            "models: [{ match: \"\", to: local/x }]", "models: [{ match: 1, to: local/x }]",
            "models: [{ match: x, to: local/x, name: y }]"})
    void invalidSections(String section) {
        assertInvalid(section + "\n" + Configs.PROVIDERS);
    }

    private static final String HTTP = "base-url: \"http://x/v1\", ";
    private static final String EXEC = "command: [x], ";

    @ParameterizedTest
    @ValueSource(strings = {"dialect: openai, " + HTTP, "dialect: anthropic, base-url: \"https://api.anthropic.com\"",
            "dialect: gemini", "dialect: gemini, api-key: x, base-url: \"http://x\", models: [a]",
            "dialect: exec, " + EXEC, "dialect: \"${DIALECT}\", base-url: \"${URL}\"",
            "dialect: openai, base-url: \"http://[::1]:80/\"", "dialect: openai, base-url: \"HTTP://x/a/@b\"",
            "dialect: openai, api-key: x, " + HTTP, "dialect: openai, api-key: \"${KEY}\", " + HTTP,
            "dialect: openai, headers: { x-a: b, x-b: 1, x-c: true }, " + HTTP, "dialect: openai, headers: , " + HTTP,
            "dialect: openai, timeouts: { idle: 1s }, " + HTTP, "dialect: openai, models: , " + HTTP,
            "dialect: openai, models: [a, { id: b }, { id: c, display-name: C, max-input-tokens: 1, "
                    + "max-output-tokens: 2 }], " + HTTP,
            "dialect: openai, models: [{ id: a, max-input-tokens: \"${NUMBER}\" }], " + HTTP,
            "dialect: openai, options: , " + HTTP,
            "dialect: openai, options: { max-tokens-field: max_tokens }, " + HTTP,
            "dialect: openai, options: { max-tokens-field: \"${FIELD:max_tokens}\", premature-end: \"${END:accept}\" }, "
                    + HTTP,
            "dialect: bedrock, region: us-east-1", "dialect: bedrock, region: \"${REGION:us-gov-west-1}\"",
            "dialect: bedrock, region: cn-north-1, profile: work, api: invoke, betas: [a-2025-01-01, \"${KEY}\"], "
                    + "api-key: \"${KEY}\", headers: { a: b }, timeouts: { idle: 1s }, models: [a], " + HTTP,
            "dialect: bedrock, region: eu-west-1, api: \"${API:converse}\", betas: ",
            "dialect: exec, command: [\"{java}\", 1, true, \"\"]", "dialect: exec, working-directory: src, " + EXEC,
            "dialect: exec, environment: { A_1: b, B: 1, C: true }, " + EXEC, "dialect: exec, environment: , " + EXEC,
            "dialect: exec, max-line: 1MB, max-processes: 1, " + EXEC,
            "dialect: exec, max-processes: \"${NUMBER}\", " + EXEC,
            "dialect: exec, timeouts: { idle: 1s, total: 1m }, models: [a], " + EXEC, "dialect: ollama",
            "preset: vllm", "dialect: openai, preset: ollama", "preset: \"${PRESET:lm-studio}\", " + HTTP,
            "preset: vllm, options: { max-stop: 2, top-k: false, stream-usage: \"${USAGE:true}\", user-field: user, "
                    + "structured-output: none, tool-choice: words, parallel-tool-calls: true, strict-tools: false, "
                    + "tool-ids: up-to-40, reasoning: thinking, efforts: [none, low], medium-effort-from: 1, "
                    + "high-effort-from: 2, reasoning-replay: reasoning, images: data, files: file, strict-turns: true, "
                    + "key-header: api-key, api-version: 2024-10-21 }",
            "dialect: ollama, base-url: \"http://x:11434\", api-key: x, think: never",
            "dialect: ollama, keep-alive: 30m", "dialect: ollama, keep-alive: -1",
            "dialect: ollama, keep-alive: \"${IDLE}\", think: \"${THINK:request}\"",
            "dialect: ollama, options: { num_ctx: 32768, min_p: 0.1, use_mmap: false, x: \"${NUMBER}\" }"})
    void validProviders(String provider) {
        assertValid("providers: { a: { " + provider + " } }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", HTTP, "dialect: , " + HTTP, "dialect: opnai, " + HTTP, "dialect: 1, " + HTTP,
            "dialect: openai", "dialect: openai, " + EXEC, "dialect: exec", "dialect: exec, " + HTTP + EXEC,
            "dialect: anthropic, options: {}, " + HTTP, "dialect: gemini, options: {}", "dialect: openai, base-url: x",
            "dialect: openai, base-url: 1",
            "dialect: openai, base-url: \"ftp://x\"", "dialect: openai, base-url: \"http://a:b@x\"",
            "dialect: openai, base-url: \"http://x?y\"", "dialect: openai, base-url: \"http://x#y\"",
            "dialect: openai, base-url: \"http://a_b\"", "dialect: openai, base-url: \"http:///x\"",
            "dialect: openai, api-key: 1, " + HTTP, "dialect: openai, api-key: , " + HTTP,
            "dialect: openai, api-key: \"\", " + HTTP, "dialect: openai, api-key: \"a \", " + HTTP,
            "dialect: openai, api-key: \"a\\tb\", " + HTTP, "dialect: openai, headers: [], " + HTTP,
            "dialect: openai, headers: { \"a b\": c }, " + HTTP, "dialect: openai, headers: { a: [] }, " + HTTP,
            "dialect: openai, headers: { a: }, " + HTTP, "dialect: openai, timeouts: { total: 1s }, " + HTTP,
            "dialect: openai, models: a, " + HTTP, "dialect: openai, models: [1], " + HTTP,
            "dialect: openai, models: [{}], " + HTTP, "dialect: openai, models: [{ id: a, x: b }], " + HTTP,
            "dialect: openai, models: [{ id: a, max-input-tokens: 0 }], " + HTTP,
            "dialect: openai, options: { x: y }, " + HTTP, "dialect: openai, options: { premature-end: x }, " + HTTP,
            "dialect: openai, options: { max-tokens-field: x }, " + HTTP, "dialect: openai, x: y, " + HTTP,
            "dialect: bedrock", "dialect: bedrock, region: ", "dialect: bedrock, region: 1",
            "dialect: bedrock, region: US", "dialect: bedrock, region: us-east-1, api: chat",
            "dialect: bedrock, region: us-east-1, betas: a", "dialect: bedrock, region: us-east-1, betas: [\"a b\"]",
            "dialect: bedrock, region: us-east-1, profile: 1", "dialect: bedrock, region: us-east-1, profile: \"\"",
            "dialect: bedrock, region: us-east-1, base-url: x", "dialect: bedrock, region: us-east-1, options: {}",
            "dialect: exec, command: x", "dialect: exec, command: []", "dialect: exec, command: ",
            "dialect: exec, command: [[]]", "dialect: exec, command: [~]", "dialect: exec, environment: [A=b], " + EXEC,
            "dialect: exec, environment: { A-B: c }, " + EXEC, "dialect: exec, environment: { A: }, " + EXEC,
            "dialect: exec, working-directory: \"\", " + EXEC, "dialect: exec, max-line: 1, " + EXEC,
            "dialect: exec, max-processes: 0, " + EXEC, "dialect: exec, max-processes: 1001, " + EXEC,
            "dialect: exec, timeouts: { connect: 1s }, " + EXEC, "dialect: exec, api-key: x, " + EXEC,
            "preset: x", "preset: ", "preset: 1", "preset: groq, x: y", "dialect: anthropic, preset: groq, " + HTTP,
            "preset: vllm, options: { max-stop: -1 }", "preset: vllm, options: { top-k: yes }",
            "preset: vllm, options: { efforts: low }", "preset: vllm, options: { efforts: [huge] }",
            "preset: vllm, options: { tool-choice: all }", "preset: vllm, options: { images: url }",
            "preset: vllm, options: { key-header: cookie }", "preset: vllm, options: { api-version: \"a b\" }",
            "dialect: ollama, keep-alive: soon", "dialect: ollama, keep-alive: 1.5", "dialect: ollama, keep-alive: ",
            "dialect: ollama, think: maybe", "dialect: ollama, think: true", "dialect: ollama, options: []",
            "dialect: ollama, options: { stop: [a] }", "dialect: ollama, command: [x]"})
    void invalidProviders(String provider) {
        assertInvalid("providers: { a: { " + provider + " } }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"providers:", "providers: {}", "providers: []", "[]", "text",
            "providers: { A: { dialect: exec, command: [x] } }", "providers: { a: }", "providers: { a: x }"})
    void invalidDocuments(String yaml) {
        assertInvalid(yaml);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, value = {
            "                              | zzz: 1",
            "server                        | server: { zzz: 1 }",
            "timeouts                      | timeouts: { zzz: 1 }",
            "rule                          | models: [{ match: x, to: local/x, zzz: 1 }]",
            "execProvider                  | providers: { a: { dialect: exec, command: [x], zzz: 1 } }",
            "openaiProvider                | providers: { a: { dialect: openai, base-url: 'http://x', zzz: 1 } }",
            "anthropicProvider             | providers: { a: { dialect: anthropic, base-url: 'http://x', zzz: 1 } }",
            "ollamaProvider                | providers: { a: { dialect: ollama, zzz: 1 } }",
            "bedrockProvider               | providers: { a: { dialect: bedrock, region: us-east-1, zzz: 1 } }",
            "geminiProvider                | providers: { a: { dialect: gemini, zzz: 1 } }",
            "clientKey/anyOf/1             | keys: [{ key: abcdefgh, zzz: 1 }]",
            "providerModels/items/anyOf/1  | providers: { a: { dialect: openai, base-url: 'http://x', models: [{ id: a, zzz: 1 }] } }",
            "openaiProvider/properties/options | providers: { a: { dialect: openai, base-url: 'http://x', options: { zzz: 1 } } }",
            "execProvider/properties/timeouts  | providers: { a: { dialect: exec, command: [x], timeouts: { zzz: 1 } } }",
            "execProvider/properties/workers   | providers: { a: { dialect: exec, command: [x], workers: { zzz: 1 } } }",
            "fetchMedia                    | providers: { a: { dialect: exec, command: [x], fetch-media: { zzz: 1 } } }"})
    void theKeysAreTheSame(String definition, String yaml) {
        String pointer = definition == null ? "" : "/definitions/" + definition;
        JsonNode described = YamlJson.schemaDocument().at(pointer + "/properties");
        assertTrue(described.isObject(), pointer);
        String document = yaml.startsWith("providers") ? yaml : yaml + "\n" + Configs.PROVIDERS;
        String message = Configs.fail(document, Map.of()).getMessage();
        List<String> read = List.of(message.substring(message.indexOf("Valid: ") + "Valid: ".length()).split(", "));
        assertEquals(names(described), new TreeSet<>(read));
    }

    private static Set<String> names(JsonNode object) {
        return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void everyKeyIsExplainedToEditors(String path, JsonNode property) {
        JsonNode target = property.has("$ref")
                ? YamlJson.schemaDocument().at(property.get("$ref").textValue().substring(1))
                : property;
        assertTrue(property.has("description") || target.has("description"), path);
    }

    static Stream<Arguments> everyKeyIsExplainedToEditors() {
        return YamlJson.schemaProperties().entrySet().stream()
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{ types: [image, document] }", "{ max-size: 1KB, max-count: 1, timeout: 1s }",
            "{ schemes: [http, https] }", "{ hosts: [example.com, \"*.example.com\", \"a:1\", \"[::1]:80\"] }",
            "{ allow-addresses: }", "{ allow-addresses: [10.0.0.0/8, \"fd00::/8\"] }"})
    void validFetchMedia(String section) {
        assertValid("providers: { a: { dialect: exec, command: [x], fetch-media: " + section + " } }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "[]", "{ images: true }", "{ types: [] }", "{ types: [images] }",
            "{ types: image }",
            "{ max-size: 1 }", "{ max-count: 0 }", "{ max-count: 101 }", "{ timeout: 1 }", "{ schemes: [] }",
            "{ schemes: [ftp] }", "{ hosts: [] }", "{ hosts: [\"*\"] }", "{ hosts: [\"http://x\"] }",
            "{ hosts: [\"a b\"] }", "{ allow-addresses: [10.0.0.1] }", "{ allow-addresses: [x] }"})
    void invalidFetchMedia(String section) {
        assertInvalid("providers: { a: { dialect: exec, command: [x], fetch-media: " + section + " } }");
    }

    @Test
    void whatTheSchemaCannotSayIsLeftToCaravan() {
        String unknownProvider = Configs.PROVIDERS + "models: [{ match: \"*\", to: loacl/x }]";
        assertEquals(Set.of(), YamlJson.validate(SCHEMA, unknownProvider));
        Configs.fail(unknownProvider, Map.of());
    }
}
