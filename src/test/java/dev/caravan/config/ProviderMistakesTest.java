package dev.caravan.config;

import static dev.caravan.config.MistakesTest.mistake;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Each mistake in a provider is told with its place, its key, what was expected and what was found")
class ProviderMistakesTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("KEY", "sk-of-the-environment", "BROKEN_KEY",
            "sk-1\n",
            "WORD", "exce");

    private static final String OPENAI_KEYS = "Valid: dialect, preset, base-url, api-key, headers, timeouts, models, "
            + "options, fetch-media";
    private static final String GEMINI_KEYS = "Valid: dialect, base-url, api-key, headers, timeouts, models";
    private static final String ANTHROPIC_KEYS = "Valid: dialect, base-url, api-key, headers, timeouts, models, version";
    private static final String EXEC_KEYS = "Valid: dialect, command, working-directory, environment, max-line, "
            + "max-processes, timeouts, models, fetch-media, workers";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"anyDialect", "http", "credentials", "offeredModels", "exec"})
    void mistakes(String name, String provider, List<String> mistakes) {
        Configs.assertMistakes("providers:\n" + provider.indent(2), ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> anyDialect() {
        String expectedName = "expected a provider's name of lower-case letters, digits and `-`, which does not begin "
                + "with `-`, found ";
        String url = "{ dialect: openai, base-url: \"http://x/v1\" }";
        return Stream.of(
                mistake("name in upper case", "OpenAI: " + url,
                        "caravan.yaml:2:3: providers.OpenAI: " + expectedName + "\"OpenAI\""),
                mistake("name with a slash", "a/b: " + url,
                        "caravan.yaml:2:3: providers.\"a/b\": " + expectedName + "\"a/b\""),
                mistake("name with a comma", "\"a,b\": " + url,
                        "caravan.yaml:2:3: providers.\"a,b\": " + expectedName + "\"a,b\""),
                mistake("name that begins with -", "-a: " + url,
                        "caravan.yaml:2:3: providers.-a: " + expectedName + "\"-a\""),
                mistake("merge key", "a: " + url + "\n\"<<\": " + url,
                        "caravan.yaml:3:3: providers.\"<<\": " + expectedName + "\"<<\""),
                mistake("a text", "a: http://x/v1", "caravan.yaml:2:6: providers.a: expected a provider such as "
                        + "{ dialect: openai, base-url: … }, found the text \"http://x/v1\""),
                mistake("nothing", "a:",
                        "caravan.yaml:2:3: providers.a: the key `dialect` is missing: expected one of exec, openai, "
                                + "anthropic, ollama, bedrock, gemini"),
                mistake("unknown dialect", "a: { dialect: opnai }",
                        "caravan.yaml:2:17: providers.a.dialect: unknown dialect \"opnai\"; did you mean `openai`? "
                                + "Valid: exec, openai, anthropic, ollama, bedrock, gemini"),
                mistake("unknown dialect like none", "a: { dialect: telnet }",
                        "caravan.yaml:2:17: providers.a.dialect: unknown dialect \"telnet\". Valid: exec, openai, anthropic, ollama, bedrock, gemini"),
                mistake("unknown dialect of the environment", "a: { dialect: \"${WORD}\" }",
                        "caravan.yaml:2:17: providers.a.dialect: unknown dialect \"${WORD}\"; did you mean `exec`? "
                                + "Valid: exec, openai, anthropic, ollama, bedrock, gemini"),
                mistake("unset dialect", "a: { dialect: \"${DIALECT}\" }",
                        "caravan.yaml:2:17: providers.a.dialect: environment variable DIALECT is not set; set it, or "
                                + "give a default: ${DIALECT:default}"),
                mistake("dialect in upper case", "a: { dialect: OpenAI }",
                        "caravan.yaml:2:17: providers.a.dialect: unknown dialect \"OpenAI\"; did you mean `openai`? "
                                + "Valid: exec, openai, anthropic, ollama, bedrock, gemini"),
                mistake("misspelt key for the dialect is one mistake", "a: { dialct: openai, base-url: \"http://x\" }",
                        "caravan.yaml:2:8: providers.a.dialct: unknown key `dialct`; did you mean `dialect`? "
                                + OPENAI_KEYS
                                + ", version, keep-alive, think, region, profile, api, betas, command, working-directory, "
                                + "environment, max-line, max-processes, workers"));
    }

    static Stream<Arguments> http() {
        String host = "expected a host after `//`: letters, digits, `.` and `-` (no `_`), then perhaps `:` and a port up "
                + "to 65535";
        String decoded = "a path with an escape that would be decoded on the way to the provider, such as `%2F`; "
                + "only what no URL can hold otherwise may be escaped, in UTF-8, such as `%20`";
        return Stream.of(
                mistake("no base-url", "a: { dialect: openai }",
                        "caravan.yaml:2:3: providers.a: the key `base-url` is missing: expected the URL of the API"),
                mistake("misspelt base-url is one mistake", "a: { dialect: anthropic, baseUrl: \"http://x\" }",
                        "caravan.yaml:2:28: providers.a.baseUrl: unknown key `baseUrl`; did you mean `base-url`? "
                                + ANTHROPIC_KEYS),
                mistake("a word of base-url", "a: { dialect: anthropic, url: \"http://x\" }",
                        "caravan.yaml:2:28: providers.a.url: unknown key `url`; did you mean `base-url`? "
                                + ANTHROPIC_KEYS),
                mistake("options of another dialect",
                        "a: { dialect: anthropic, base-url: \"http://x\", options: {} }",
                        "caravan.yaml:2:50: providers.a.options: unknown key `options`. " + ANTHROPIC_KEYS),
                mistake("command of another dialect", "a: { dialect: openai, base-url: \"http://x\", command: [x] }",
                        "caravan.yaml:2:47: providers.a.command: unknown key `command`. " + OPENAI_KEYS),
                url("no scheme", "localhost:8000/v1", "expected a URL that begins with http:// or https://"),
                url("no scheme and no port", "api.openai.com", "expected a URL that begins with http:// or https://"),
                url("another scheme", "ftp://host/v1", "expected a URL that begins with http:// or https://"),
                url("no host", "http:///v1", host),
                url("host with _", "http://my_service:8000/v1", host),
                url("port too large", "http://host:65536/v1", host),
                url("user and password", "https://user:hunter2hunter2@host/v1",
                        "a URL with a user or a password in it; use `api-key` or `headers`"),
                url("user of a host with _", "https://user@my_host/v1",
                        "a URL with a user or a password in it; use `api-key` or `headers`"),
                url("query", "https://host/v1?key=hunter2hunter2", "a URL with a query (`?`), which would be lost"),
                url("fragment", "https://host/v1#x", "a URL with a fragment (`#`), which would be lost"),
                url("escaped slash", "https://host/projects/a%2Fb", decoded),
                url("escaped question mark", "https://host/a%3Fb", decoded),
                url("escaped number sign", "https://host/a%23b", decoded),
                url("escaped bracket", "https://host/a%5Bb", decoded),
                url("escape that is no UTF-8", "https://host/%E9", decoded),
                url("escape without need", "https://host/%7Eme", decoded),
                url("space", "https://host/a b", "not a URL: illegal character in path (character 15)"),
                url("the whole URL of chat completions", "https://host/v1/chat/completions/",
                        "leave out /chat/completions at the end; Caravan adds it"),
                mistake("the whole URL of messages",
                        "a: { dialect: anthropic, base-url: \"https://api.anthropic.com/v1/messages\" }",
                        "caravan.yaml:2:38: providers.a.base-url: leave out /v1/messages at the end; Caravan adds it"),
                mistake("the version of messages",
                        "a: { dialect: anthropic, base-url: \"https://api.anthropic.com/v1/\" }",
                        "caravan.yaml:2:38: providers.a.base-url: leave out /v1 at the end; Caravan adds /v1/messages"),
                mistake("path of ollama in base-url", "a: { dialect: ollama, base-url: \"http://x/api/chat\" }",
                        "caravan.yaml:2:35: providers.a.base-url: leave out /api at the end; Caravan adds /api/chat"),
                mistake("OpenAI face of ollama in base-url", "a: { dialect: ollama, base-url: \"http://x/v1\" }",
                        "caravan.yaml:2:35: providers.a.base-url: leave out /v1 at the end, which is Ollama's OpenAI "
                                + "face; Caravan adds /api/chat"),
                mistake("the version of Gemini's API",
                        "a: { dialect: gemini, base-url: \"https://host/gemini/v1beta/models/\" }",
                        "caravan.yaml:2:35: providers.a.base-url: leave out what begins with /v1 at the end; Caravan adds "
                                + "/v1beta/models/…"),
                mistake("a header that the key of Gemini sets",
                        "a: { dialect: gemini, api-key: k, headers: { X-Goog-Api-Key: k } }",
                        "caravan.yaml:2:48: providers.a.headers.X-Goog-Api-Key: `api-key` sets this header already; keep "
                                + "one of the two"),
                mistake("options for Gemini", "a: { dialect: gemini, options: {} }",
                        "caravan.yaml:2:25: providers.a.options: unknown key `options`. " + GEMINI_KEYS
                                + ", fetch-media"),
                mistake("base-url as number", "a: { dialect: openai, base-url: 8000 }",
                        "caravan.yaml:2:35: providers.a.base-url: expected a URL as text (put it in quotes), found a number"),
                openai("unknown option", "options: { max_tokens: 1 }",
                        "caravan.yaml:4:16: providers.a.options.max_tokens: unknown key `max_tokens`; did you mean "
                                + "`max-tokens-field`? Valid: max-tokens-field, premature-end, max-stop, top-k, str"
                                + "eam-usage, user-field, structured-output, service-tier, tool-choice, parallel-tool-calls, strict-tools, tool-ids, "
                                + "reasoning, efforts, medium-effort-from, high-effort-from, reasoning-replay, images, files, tool-results, strict-turns, key-header, api-version"),
                openai("unknown field", "options: { max-tokens-field: max-tokens }",
                        "caravan.yaml:4:34: providers.a.options.max-tokens-field: unknown field \"max-tokens\"; did you "
                                + "mean `max_tokens`? Valid: max_tokens, max_completion_tokens"),
                mistake("unknown preset", "a: { preset: grok }",
                        "caravan.yaml:2:16: providers.a.preset: unknown preset \"grok\"; did you mean `groq`? Valid: "
                                + "openai, openrouter, groq, deepseek, mistral, xai, qwen, together, fireworks, ollama, "
                                + "vllm, llama-cpp, lm-studio, mlx-lm-server, azure-openai"),
                mistake("preset of another dialect", "a: { dialect: exec, command: [x], preset: groq }",
                        "caravan.yaml:2:37: providers.a.preset: unknown key `preset`. " + EXEC_KEYS),
                openai("number for a boolean", "options: { top-k: 1 }",
                        "caravan.yaml:4:23: providers.a.options.top-k: expected true or false, found the number 1"),
                openai("unknown effort", "options: { efforts: [low, huge] }",
                        "caravan.yaml:4:31: providers.a.options.efforts[1]: unknown effort \"huge\". Valid: none, minimal, "
                                + "low, medium, high, xhigh, max"),
                openai("version with a query of its own", "options: { api-version: \"1&x=y\" }",
                        "caravan.yaml:4:29: providers.a.options.api-version: expected a version of letters, digits, `.` "
                                + "and `-`, found the text \"1&x=y\""),
                openai("unknown value", "options: { premature-end: ignore }",
                        "caravan.yaml:4:31: providers.a.options.premature-end: unknown value \"ignore\". "
                                + "Valid: error, accept"),
                openai("boolean for a way", "options: { premature-end: true }",
                        "caravan.yaml:4:31: providers.a.options.premature-end: expected one of error, accept "
                                + "(put it in quotes), found the boolean true"),
                mistake("no version of the API",
                        "a: { dialect: anthropic, base-url: \"https://h\", version: latest }",
                        "caravan.yaml:2:60: providers.a.version: unknown version of the API \"latest\". "
                                + "Valid: 2023-06-01, 2026-10-21"),
                openai("timeouts of another dialect", "timeouts: { total: 1s }",
                        "caravan.yaml:4:17: providers.a.timeouts.total: unknown key `total`. Valid: connect, idle"));
    }

    private static Arguments url(String name, String url, String mistake) {
        return mistake(name, "a: { dialect: openai, base-url: \"" + url + "\" }",
                "caravan.yaml:2:35: providers.a.base-url: " + mistake);
    }

    private static Arguments openai(String name, String line, String... mistakes) {
        return mistake(name, "a:\n  dialect: openai\n  " + line + "\n  base-url: \"http://x/v1\"", mistakes);
    }

    static Stream<Arguments> credentials() {
        String carried = "expected printable ASCII characters, which a header can carry, and no space or line break at "
                + "the ends";
        return Stream.of(
                openai("key as number", "api-key: 1234567890",
                        "caravan.yaml:4:14: providers.a.api-key: expected an API "
                                + "key as text (put it in quotes), found a number"),
                openai("key as mapping", "api-key: { sk: x }",
                        "caravan.yaml:4:14: providers.a.api-key: expected an API key as text, found a mapping"),
                openai("no key", "api-key:",
                        "caravan.yaml:4:5: providers.a.api-key: expected an API key as text, found nothing"),
                openai("empty key", "api-key: \"\"",
                        "caravan.yaml:4:14: providers.a.api-key: expected an API key as text that is not empty, "
                                + "found a text"),
                openai("key with a line break of the environment", "api-key: \"${BROKEN_KEY}\"",
                        "caravan.yaml:4:14: providers.a.api-key: " + carried),
                openai("key beyond ASCII", "api-key: \"schlüssel\"",
                        "caravan.yaml:4:14: providers.a.api-key: " + carried),
                openai("unclosed variable", "api-key: \"${OPENAI_API_KEY\"",
                        "caravan.yaml:4:14: providers.a.api-key: `${` is not closed by `}` "
                                + "(write `$${` for the two characters themselves)"),
                openai("no name of a variable", "api-key: \"${OPENAI API KEY}\"",
                        "caravan.yaml:4:14: providers.a.api-key: `${` takes the name of an environment variable, as in "
                                + "${NAME} or ${NAME:default} (write `$${` for the two characters themselves)"),
                openai("empty name of a variable", "api-key: \"${}\"",
                        "caravan.yaml:4:14: providers.a.api-key: `${` takes the name of an environment variable, as in "
                                + "${NAME} or ${NAME:default} (write `$${` for the two characters themselves)"),
                openai("variable in a default", "api-key: \"${A:${B}}\"",
                        "caravan.yaml:4:14: providers.a.api-key: the default of ${A:…} cannot hold a variable itself"),
                openai("headers as text", "headers: \"x-token: hunter2\"",
                        "caravan.yaml:4:14: providers.a.headers: expected a mapping of header names to values, found a text"),
                openai("header with a line break", "headers: { x-a: \"1\\nx-b: 2\" }",
                        "caravan.yaml:4:21: providers.a.headers.x-a: " + carried),
                openai("header as list", "headers: { x-a: [hunter2] }",
                        "caravan.yaml:4:21: providers.a.headers.x-a: expected a header's value as text, found a list"),
                openai("header that is none", "headers: { \"x a\": b }",
                        "caravan.yaml:4:16: providers.a.headers.\"x a\": expected the name of a header"),
                openai("header of the connection", "headers: { Content-Length: 3 }",
                        "caravan.yaml:4:16: providers.a.headers.Content-Length: this header belongs to the connection and "
                                + "cannot be configured"),
                openai("header of Camel", "headers: { CamelHttpUri: x }",
                        "caravan.yaml:4:16: providers.a.headers.CamelHttpUri: headers that begin with Camel are Camel's "
                                + "own and never sent"),
                openai("header twice", "headers: { x-a: 1, X-A: 2 }",
                        "caravan.yaml:4:24: providers.a.headers.X-A: the same header as `x-a`"),
                mistake("header of the key", """
                    a:
                      dialect: anthropic
                      base-url: "http://x"
                      api-key: "${KEY}"
                      headers: { X-Api-Key: "hunter2" }""",
                        "caravan.yaml:6:16: providers.a.headers.X-Api-Key: `api-key` sets this header already; keep one of "
                                + "the two"));
    }

    static Stream<Arguments> offeredModels() {
        String keys = "Valid: id, display-name, max-input-tokens, max-output-tokens";
        return Stream.of(
                openai("a text", "models: gpt-5",
                        "caravan.yaml:4:13: providers.a.models: expected a list of models, found the text \"gpt-5\""),
                openai("a number", "models: [5]",
                        "caravan.yaml:4:14: providers.a.models[0]: expected a model's id as text, "
                                + "or { id: …, display-name: … } (put it in quotes), found the number 5"),
                openai("twice", "models: [a, { id: a }]",
                        "caravan.yaml:4:23: providers.a.models[1].id: the same model as providers.a.models[0]"),
                openai("space at an end", "models: [\"a \"]",
                        "caravan.yaml:4:14: providers.a.models[0]: expected a model's "
                                + "id without control characters and without spaces at its ends"),
                openai("misspelt", "models: [{ name: a }]",
                        "caravan.yaml:4:14: providers.a.models[0]: the key `id` is missing: expected the provider's name "
                                + "for the model",
                        "caravan.yaml:4:16: providers.a.models[0].name: unknown key `name`; did you mean "
                                + "`display-name`? " + keys),
                openai("misspelt bound", "models: [{ id: a, max-input: 5 }]",
                        "caravan.yaml:4:23: providers.a.models[0].max-input: unknown key `max-input`; did you mean "
                                + "`max-input-tokens`? " + keys),
                openai("no tokens", "models: [{ id: a, max-output-tokens: 0 }]",
                        "caravan.yaml:4:42: providers.a.models[0].max-output-tokens: expected a whole number from 1 to "
                                + "1000000000, found the number 0"),
                openai("tokens in words", "models: [{ id: a, max-input-tokens: 128K }]",
                        "caravan.yaml:4:41: providers.a.models[0].max-input-tokens: expected a whole number from 1 to "
                                + "1000000000, found the text \"128K\""));
    }

    static Stream<Arguments> exec() {
        return Stream.of(
                mistake("no command", "a: { dialect: exec }",
                        "caravan.yaml:2:3: providers.a: the key `command` is missing: "
                                + "expected the program and its arguments, [\"program\", \"--option\"]"),
                mistake("misspelt command is one mistake", "a: { dialect: exec, comand: [x] }",
                        "caravan.yaml:2:23: providers.a.comand: unknown key `comand`; did you mean `command`? "
                                + EXEC_KEYS),
                mistake("key of another dialect", "a: { dialect: exec, command: [x], api-key: \"${KEY}\" }",
                        "caravan.yaml:2:37: providers.a.api-key: unknown key `api-key`. " + EXEC_KEYS),
                exec("a command line", "command: llm --fast",
                        "caravan.yaml:2:32: providers.a.command: expected a list of the "
                                + "program and its arguments, each a text of its own, found a text"),
                exec("no program", "command: []",
                        "caravan.yaml:2:32: providers.a.command: expected a list of the program and "
                                + "its arguments, found a list"),
                exec("empty program", "command: [\"\", x]",
                        "caravan.yaml:2:32: providers.a.command: expected a program as the first text, found an empty one"),
                exec("list in an argument", "command: [x, [y]]",
                        "caravan.yaml:2:36: providers.a.command[1]: expected an argument as text, found a list"),
                exec("the model", "command: [x, \"{model}\"]",
                        "caravan.yaml:2:36: providers.a.command[1]: {model} is no part of a command; the process reads the "
                                + "requested model on its stdin"),
                exec("misspelt placeholder", "command: [\"{jvaa}\"]",
                        "caravan.yaml:2:33: providers.a.command[0]: unknown placeholder \"{jvaa}\"; did you mean `{java}`? "
                                + "Valid: {java}, {classpath}, {caravan-jar}"),
                exec("NUL", "command: [\"a\\0b\"]",
                        "caravan.yaml:2:33: providers.a.command[0]: a NUL character cannot be passed on"),
                exec("no such directory", "command: [x], working-directory: no-such-directory",
                        "caravan.yaml:2:56: providers.a.working-directory: there is no directory \""
                                + Path.of("no-such-directory").toAbsolutePath() + "\""),
                exec("environment as list", "command: [x], environment: [A=hunter2]",
                        "caravan.yaml:2:50: providers.a.environment: expected a mapping of variable names to values, "
                                + "found a list"),
                exec("name of no variable", "command: [x], environment: { A-B: 1 }",
                        "caravan.yaml:2:52: providers.a.environment.A-B: expected the name of an environment variable: "
                                + "letters, digits and `_`"),
                exec("variable without a value", "command: [x], environment: { A: }",
                        "caravan.yaml:2:52: providers.a.environment.A: expected a variable's value as text, found nothing"),
                exec("no processes", "command: [x], max-processes: 0",
                        "caravan.yaml:2:52: providers.a.max-processes: expected a whole number from 1 to 1000, "
                                + "found the number 0"),
                exec("line too long", "command: [x], max-line: 1GB",
                        "caravan.yaml:2:47: providers.a.max-line: expected a size from 1KB to 256MB, found the text \"1GB\""),
                exec("timeouts of another dialect", "command: [x], timeouts: { connect: 1s }",
                        "caravan.yaml:2:49: providers.a.timeouts.connect: unknown key `connect`. Valid: idle, total"));
    }

    private static Arguments exec(String name, String keys, String mistake) {
        return mistake(name, "a: { dialect: exec, " + keys + " }", mistake);
    }

    @Test
    void aProviderThatARuleNamesNeedsItsVariables() {
        Configs.assertMistakes("""
            providers:
              a: { dialect: openai, base-url: "${BASE}/v1", api-key: "${A_KEY}" }
              b: { dialect: openai, base-url: "http://x/v1", api-key: "${B_KEY}" }
            models:
              - { match: "x", to: "c/x" }
              - { match: "*", to: "a/{model}" }
              - { match: "y", to: "a/y" }
            """, Map.of(), List.of(
                "caravan.yaml:2:35: providers.a.base-url: environment variable BASE is not set, and models[1].to (line 6) "
                        + "sends requests to this provider; set it, or give a default: ${BASE:default}",
                "caravan.yaml:2:58: providers.a.api-key: environment variable A_KEY is not set, and models[1].to (line 6) "
                        + "sends requests to this provider; set it, or give a default: ${A_KEY:default}",
                "caravan.yaml:5:23: models[0].to: unknown provider \"c\". Valid: a, b"));
    }

    @Test
    void bedrock() {
        Configs.assertMistakes("""
            providers:
              a: { dialect: bedrock }
              b: { dialect: bedrock, region: Frankfurt, profile: 7, api: chat }
              c: { dialect: bedrock, region: us-east-1, base-url: "https://x/model", betas: [ok, "not ok"] }
              d: { dialect: bedrock, region: us-east-1, api-key: x, headers: { Authorization: y } }
            """, Map.of(), List.of(
                "caravan.yaml:2:3: providers.a: the key `region` is missing: expected the AWS region, such as us-east-1",
                "caravan.yaml:3:34: providers.b.region: expected an AWS region, such as us-east-1, found the text "
                        + "\"Frankfurt\"",
                "caravan.yaml:3:54: providers.b.profile: expected the name of a profile (put it in quotes), found the "
                        + "number 7",
                "caravan.yaml:3:62: providers.b.api: unknown api \"chat\". Valid: converse, invoke",
                "caravan.yaml:4:55: providers.c.base-url: leave out /model at the end; Caravan adds it",
                "caravan.yaml:4:86: providers.c.betas[1]: expected the name of a beta feature: letters, digits, `.`, "
                        + "`_` and `-`, found the text \"not ok\"",
                "caravan.yaml:5:68: providers.d.headers.Authorization: `api-key` sets this header already; keep one of "
                        + "the two"));
    }

    @Test
    void aProviderThatNoRuleNamesIsCheckedAllTheSame() {
        Configs.assertMistakes("""
            providers:
              a: { dialect: openai, base-url: "${BASE}", timeouts: { idle: soon } }
            """, Map.of(), List.of("caravan.yaml:2:64: providers.a.timeouts.idle: expected a duration such as 500ms, "
                + "10s, 2m or 1h, found the text \"soon\""));
    }
}
