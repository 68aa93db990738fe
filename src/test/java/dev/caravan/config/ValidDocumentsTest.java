package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ExecProvider.ExecTimeouts;
import dev.caravan.config.OpenAiOptions.MaxTokensField;
import dev.caravan.config.OpenAiOptions.PrematureEnd;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Valid documents become records")
class ValidDocumentsTest {

    @Test
    void whatIsNotSaidHasDefaults() {
        CaravanConfig config = Configs.read(Configs.PROVIDERS);
        assertEquals(new ServerConfig("127.0.0.1", 7777, List.of(), 32 << 20, Optional.empty()), config.server());
        assertEquals(List.of(), config.keys());
        assertEquals(new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(120)), config.timeouts());
        assertEquals(List.of(), config.models());
        assertEquals(Map.of("local",
                new OpenAiProvider("local",
                        new HttpEndpoint(URI.create("http://127.0.0.1:8000/v1"), Optional.empty(), Map.of(),
                                Timeouts.DEFAULT),
                        List.of(), OpenAiOptions.DEFAULT)),
                config.providers());
    }

    @Test
    void ollamaNeedsNothingButItsDialect() {
        assertEquals(
                new OllamaProvider("a",
                        new HttpEndpoint(URI.create("http://127.0.0.1:11434"), Optional.empty(), Map.of(),
                                Timeouts.DEFAULT),
                        List.of(), OllamaOptions.DEFAULT),
                Configs.readProvider("a: { dialect: ollama }", Map.of()));
    }

    @Test
    void everyKeyOfOllama() {
        OllamaProvider ollama = (OllamaProvider) Configs.readProvider("""
            a:
              dialect: ollama
              base-url: "http://gpu:11434/"
              keep-alive: 1h30m
              think: never
              options: { num_ctx: 32768, min_p: 0.05, use_mmap: false, name: a"b, quoted: "7", num_gpu: "${GPUS}" }
            """, Map.of("GPUS", "2"));
        assertEquals(URI.create("http://gpu:11434"), ollama.endpoint().baseUrl());
        assertEquals(new OllamaOptions(Optional.of("\"1h30m\""), false, Map.of("num_ctx", "32768", "min_p", "0.05",
                "use_mmap", "false", "name", "\"a\\\"b\"", "quoted", "\"7\"", "num_gpu", "2")), ollama.options());
        assertEquals(Optional.of("-1"), ((OllamaProvider) Configs.readProvider("a: { dialect: ollama, keep-alive: -1 }",
                Map.of())).options().keepAlive());
    }

    private static OpenAiOptions options(MaxTokensField field, PrematureEnd end) {
        OpenAiOptions usual = OpenAiOptions.DEFAULT;
        OpenAiOptions.Parameters parameters = usual.parameters();
        return new OpenAiOptions(end, usual.access(),
                new OpenAiOptions.Parameters(field, parameters.maxStop(), parameters.topK(), parameters.streamUsage(),
                        parameters.userField(), parameters.structuredOutput(), parameters.serviceTier()),
                usual.tools(), usual.reasoning(), usual.content());
    }

    @Test
    void sectionsWithoutAValueHaveDefaults() {
        assertEquals(Configs.read(Configs.PROVIDERS),
                Configs.read("server:\nkeys:\ntimeouts:\nmodels:\n" + Configs.PROVIDERS));
    }

    @Test
    void everyKey() {
        CaravanConfig config = Configs.read("""
            server: { host: 0.0.0.0, port: 0, cors: ["http://localhost:3000", "HTTPS://App.example"], max-body: 64KB,
                      public-url: "https://llm.example:8443/team/" }
            keys:
              - "first-client-key"
              - { name: ci, key: "${CI_KEY}" }
            timeouts: { connect: 500ms, idle: 2m }
            providers:
              all:
                dialect: openai
                base-url: "https://host:8443/api/v1/"
                api-key: "${OPENAI_API_KEY}"
                headers: { X-Team: red, X-Number: 7 }
                timeouts: { idle: 1h }
                models:
                  - gpt-5
                  - { id: gpt-5-mini, display-name: "GPT-5 mini", max-input-tokens: 400000, max-output-tokens: 128000 }
                options: { max-tokens-field: max_completion_tokens, premature-end: accept }
              claude:
                dialect: anthropic
                base-url: "https://api.anthropic.com"
            models:
              - { match: "gpt-*", to: "all/{model}" }
              - { match: "*", to: "claude/claude-sonnet-4-5" }
            """, Map.of("CI_KEY", "ci-client-key", "OPENAI_API_KEY", "sk-1"));
        assertEquals(new ServerConfig("0.0.0.0", 0, List.of("http://localhost:3000", "https://app.example"), 64 << 10,
                Optional.of(URI.create("https://llm.example:8443/team"))),
                config.server());
        assertEquals(List.of(new ClientKey("key-1", Secret.of("first-client-key"), false),
                new ClientKey("ci", Secret.of("ci-client-key"), false)), config.keys());
        assertEquals(new Timeouts(Duration.ofMillis(500), Duration.ofMinutes(2)), config.timeouts());
        assertEquals(
                new OpenAiProvider("all",
                        new HttpEndpoint(URI.create("https://host:8443/api/v1"), Optional.of(Secret.of("sk-1")),
                                Map.of("X-Team", Secret.of("red"), "X-Number", Secret.of("7")),
                                new Timeouts(Duration.ofMillis(500), Duration.ofHours(1))),
                        List.of(ProviderModel.of("gpt-5"),
                                new ProviderModel("gpt-5-mini", Optional.of("GPT-5 mini"), Optional.of(400000),
                                        Optional.of(128000))),
                        options(MaxTokensField.MAX_COMPLETION_TOKENS, PrematureEnd.ACCEPT)),
                config.provider("all").orElseThrow());
        assertEquals(
                new AnthropicProvider("claude",
                        new HttpEndpoint(URI.create("https://api.anthropic.com"), Optional.empty(), Map.of(),
                                config.timeouts()),
                        Optional.empty(), List.of()),
                config.provider("claude").orElseThrow());
        assertEquals(List.of("all", "claude"), List.copyOf(config.providers().keySet()));
        assertEquals(List.of(new ModelRule("gpt-*", "all", "{model}"),
                new ModelRule("*", "claude", "claude-sonnet-4-5")), config.models());
        assertEquals(Optional.empty(), config.provider("none"));
    }

    @Test
    void everyKeyOfBedrock() {
        assertEquals(
                new BedrockProvider("a",
                        new HttpEndpoint(URI.create("https://vpce.example/x"), Optional.of(Secret.of("key-1")),
                                Map.of("X-Team", Secret.of("red")),
                                new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(5))),
                        List.of(ProviderModel.of("amazon.nova-pro-v1:0")),
                        new BedrockOptions("us-gov-west-1", Optional.of("work"), Optional.of(BedrockOptions.Api.INVOKE),
                                List.of("a-2025-01-01"))),
                Configs.readProvider("""
                    a:
                      dialect: bedrock
                      region: "${AWS_REGION}"
                      profile: work
                      api-key: "${BEARER:}"
                      api: invoke
                      betas: [a-2025-01-01]
                      base-url: "https://vpce.example/x/"
                      headers: { X-Team: red }
                      timeouts: { idle: 5m }
                      models: ["amazon.nova-pro-v1:0"]
                    """, Map.of("AWS_REGION", "us-gov-west-1", "BEARER", "key-1")));
    }

    @Test
    void theLeastOfBedrock() {
        BedrockProvider provider = (BedrockProvider) Configs
                .readProvider("a: { dialect: bedrock, region: eu-central-1, api-key: \"${BEARER:}\" }", Map.of());
        assertEquals(URI.create("https://bedrock-runtime.eu-central-1.amazonaws.com"), provider.endpoint().baseUrl());
        assertEquals(Optional.empty(), provider.endpoint().apiKey());
        assertEquals(
                new BedrockOptions("eu-central-1", Optional.empty(), Optional.empty(), BedrockOptions.DOCUMENTED_BETAS),
                provider.options());
        BedrockProvider china = (BedrockProvider) Configs
                .readProvider("a: { dialect: bedrock, region: cn-north-1, betas: [] }", Map.of());
        assertEquals(URI.create("https://bedrock-runtime.cn-north-1.amazonaws.com.cn"), china.endpoint().baseUrl());
        assertEquals(List.of(), china.options().betas());
    }

    @Test
    void everyKeyOfExec() {
        assertEquals(
                new ExecProvider("a",
                        List.of(Configs.JAVA.toString(), "-cp", Configs.CLASSES + ":extra.jar",
                                "-Djar=" + Configs.CLASSES, "8080", "true", "", "{\"json\": {}}", "f\"{x} {model}\"",
                                "{java}"),
                        Path.of("src").toAbsolutePath(),
                        Map.of("HF_TOKEN", Secret.of("hf-1"), "THREADS", Secret.of("4")),
                        64 << 10, 3, new ExecTimeouts(Duration.ofSeconds(30), Optional.of(Duration.ofMinutes(5))),
                        List.of(ProviderModel.of("tiny"))),
                Configs.readProvider("""
                    a:
                      dialect: exec
                      command:
                        - "{java}"
                        - -cp
                        - "{classpath}:extra.jar"
                        - -Djar={caravan-jar}
                        - 8080
                        - true
                        - ""
                        - '{"json": {}}'
                        - 'f"{x} {model}"'
                        - "${BRACES}"
                      working-directory: src
                      environment: { HF_TOKEN: "${HF_TOKEN}", THREADS: 4 }
                      max-line: 64KB
                      max-processes: 3
                      timeouts: { idle: 30s, total: 5m }
                      models: [tiny]
                    """, Map.of("HF_TOKEN", "hf-1", "BRACES", "{java}")));
    }

    @Test
    void whatExecDoesNotSayHasDefaults() {
        assertEquals(
                new ExecProvider("a", List.of("llm"), Path.of("").toAbsolutePath(), Map.of(), 1 << 20,
                        2 * Runtime.getRuntime().availableProcessors(),
                        new ExecTimeouts(Duration.ofSeconds(120), Optional.empty()), List.of()),
                Configs.readProvider("a: { dialect: exec, command: [llm] }", Map.of()));
    }

    @Test
    void theLimitOfTokensHasOpenAisNameForOpenAiOnly() {
        assertEquals(MaxTokensField.MAX_COMPLETION_TOKENS, field("https://api.openai.com/v1"));
        assertEquals(MaxTokensField.MAX_COMPLETION_TOKENS, field("https://API.OpenAI.com/v1"));
        assertEquals(MaxTokensField.MAX_TOKENS, field("https://openrouter.ai/api/v1"));
    }

    private static MaxTokensField field(String url) {
        Provider provider = Configs.readProvider("a: { dialect: openai, base-url: \"" + url + "\" }", Map.of());
        return assertInstanceOf(OpenAiProvider.class, provider).options().parameters().maxTokensField();
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({"https://host,          https://host", //
            "https://host/,             https://host", //
            "https://host//,            https://host", //
            "http://host:8000/v1/,      http://host:8000/v1", //
            "http://[::1]:8000/v1,      http://[::1]:8000/v1", //
            "https://host/a/@b/c,       https://host/a/@b/c", //
            "https://host/a%20b/%c3%A9, https://host/a%20b/%c3%A9", //
            "https://host/a%25b%7Cc,    https://host/a%25b%7Cc", //
            "HTTPS://host/v1,           HTTPS://host/v1"})
    void baseUrls(String written, String read) {
        Provider provider = Configs.readProvider("a: { dialect: openai, base-url: \"" + written + "\" }", Map.of());
        assertEquals(URI.create(read), assertInstanceOf(HttpProvider.class, provider).endpoint().baseUrl());
    }

    @ParameterizedTest(name = "{0} = {1} ms")
    @CsvSource({"1ms, 1", "500ms, 500", "10s, 10000", "2m, 120000", "1h, 3600000", "24h, 86400000", "090s, 90000"})
    void durations(String written, long millis) {
        assertEquals(Duration.ofMillis(millis),
                Configs.read("timeouts: { idle: " + written + " }\n" + Configs.PROVIDERS).timeouts().idle());
    }

    @ParameterizedTest(name = "{0} = {1} bytes")
    @CsvSource({"1KB, 1024", "64KB, 65536", "32MB, 33554432", "1GB, 1073741824", "1024MB, 1073741824"})
    void sizes(String written, long bytes) {
        assertEquals(bytes,
                Configs.read("server: { max-body: " + written + " }\n" + Configs.PROVIDERS).server().maxBodyBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "[::1]", "127.8.9.10", "::ffff:127.0.0.1"})
    void thisMachineNeedsNoKeys(String host) {
        CaravanConfig config = Configs.read("server: { host: \"" + host + "\" }\n" + Configs.PROVIDERS);
        assertEquals(host.replace("[", "").replace("]", ""), config.server().host());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "gateway.example", "both.example", "nowhere.example", "fe80::1%eth0"})
    void beyondThisMachineWithKeys(String host) {
        String yaml = "server: { host: \"" + host + "\" }\nkeys: [abcdefgh]\n" + Configs.PROVIDERS;
        assertEquals(host, Configs.read(yaml).server().host());
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(ignoreLeadingAndTrailingWhitespace = true, quoteCharacter = '"', value = {
            "${A},              a", //
            "x-${A}-${B}-y,     x-a-b-y", //
            "${A}${A},          aa", //
            "${NONE:default},   default", //
            "${NONE:a:b},       a:b", //
            "${A:default},      a", //
            "${EMPTY:default},  default", //
            "x${NONE:}y,        xy", //
            "$${A},             ${A}", //
            "$$${A},            $${A}", //
            "$A and $,          $A and $", //
            "${RECURSIVE},      ${A}", //
            "{A},               {A}"})
    void variables(String written, String read) {
        Provider provider = Configs.readProvider(
                "a: { dialect: openai, base-url: \"http://x\", models: [{ id: m, display-name: '" + written + "' }] }",
                Map.of("A", "a", "B", "b", "EMPTY", "", "RECURSIVE", "${A}"));
        assertEquals(Optional.of(read), provider.models().getFirst().displayName());
    }

    @Test
    void anythingMayComeOfTheEnvironment() {
        CaravanConfig config = Configs.read("""
            server: { host: "${HOST:127.0.0.1}", port: "${PORT:7777}", max-body: "${SIZE}MB" }
            timeouts: { idle: "${IDLE:30}s" }
            providers:
              a: { dialect: "${DIALECT:openai}", base-url: "${URL}", options: { premature-end: "${END:accept}" } }
            models:
              - { match: "${MATCH:*}", to: "${TO}" }
            """, Map.of("PORT", "8080", "SIZE", "1", "URL", "http://host/v1", "TO", "a/{model}"));
        assertEquals(new ServerConfig("127.0.0.1", 8080, List.of(), 1 << 20, Optional.empty()), config.server());
        assertEquals(Duration.ofSeconds(30), config.timeouts().idle());
        assertEquals(PrematureEnd.ACCEPT, ((OpenAiProvider) config.providers().get("a")).options().prematureEnd());
        assertEquals(List.of(new ModelRule("*", "a", "{model}")), config.models());
    }

    @Test
    void aVariableWithoutQuotesIsATextInABlock() {
        Provider provider = Configs.readProvider("a:\n  dialect: openai\n  base-url: ${URL}\n  api-key: ${KEY}",
                Map.of("URL", "http://x", "KEY", "sk-1"));
        assertEquals(Optional.of(Secret.of("sk-1")),
                assertInstanceOf(HttpProvider.class, provider).endpoint().apiKey());
    }

    @Test
    void anEmptyDefaultMakesTheKeyOptional() {
        Provider provider = Configs.readProvider(
                "a: { dialect: openai, base-url: \"http://x\", api-key: \"${KEY:}\" }", Map.of());
        assertEquals(Optional.empty(), assertInstanceOf(HttpProvider.class, provider).endpoint().apiKey());
    }

    @Test
    void aProviderThatNoRuleNamesMayLackItsVariables() {
        CaravanConfig config = Configs.read("""
            providers:
              demo: { dialect: exec, command: [llm] }
              a: { dialect: openai, base-url: "${BASE}/v1", api-key: "${KEY}", models: [m, "${BASE}"] }
              b: { dialect: exec, command: [llm, "${KEY}"] }
            models:
              - { match: "*", to: "demo/demo" }
            """);
        assertEquals(
                new UnavailableProvider("a", Dialect.OPENAI, List.of(ProviderModel.of("m")), List.of("BASE", "KEY")),
                config.providers().get("a"));
        assertEquals(new UnavailableProvider("b", Dialect.EXEC, List.of(), List.of("KEY")),
                config.providers().get("b"));
        assertEquals("environment variable KEY is not set",
                ((UnavailableProvider) config.providers().get("b")).reason());
        assertEquals("environment variables BASE, KEY are not set",
                ((UnavailableProvider) config.providers().get("a")).reason());
    }

    @Test
    void anAnthropicProviderMaySayItsVersion() {
        CaravanConfig config = Configs.read("""
            providers:
              a: { dialect: anthropic, base-url: "https://h", version: 2026-10-21 }
            models:
              - { match: "*", to: "a/{model}" }
            """);
        assertEquals(Optional.of("2026-10-21"), ((AnthropicProvider) config.providers().get("a")).version());
    }

    @Test
    void theRecordsCannotBeChanged() {
        CaravanConfig config = Configs.read("keys: [abcdefgh]\n" + Configs.PROVIDERS);
        assertThrows(UnsupportedOperationException.class, () -> config.providers().clear());
        assertThrows(UnsupportedOperationException.class, () -> config.keys().clear());
        assertThrows(UnsupportedOperationException.class, () -> config.models().clear());
        assertThrows(UnsupportedOperationException.class, () -> config.server().corsOrigins().clear());
    }

    @Test
    void theRunningInstallationIsWhereTheClassesAre() throws Exception {
        Installation running = Installation.running();
        assertTrue(running.java().toFile().canExecute(), running.java().toString());
        assertEquals(Path.of(CaravanConfig.class.getProtectionDomain().getCodeSource().getLocation().toURI()),
                running.classes().orElseThrow());
    }
}
