package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Each mistake is told with its place, its key, what was expected and what was found")
class MistakesTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("WORD", "from-the-environment", "EMPTY", "", "URL",
            "http://user:hunter2hunter2@host/v1");

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void sections(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml, ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> sections() {
        return Stream.of(
                mistake("unknown section, near a valid one", "servr: {}\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:1: servr: unknown key `servr`; did you mean `server`? "
                                + "Valid: server, keys, timeouts, memory-budget, queue, providers, models"),
                mistake("unknown section, near none", Configs.PROVIDERS + "name: x\n",
                        "caravan.yaml:3:1: name: unknown key `name`. Valid: server, keys, timeouts, memory-budget, queue, providers, models"),
                mistake("a plural", "model: []\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:1: model: unknown key `model`; did you mean `models`? "
                                + "Valid: server, keys, timeouts, memory-budget, queue, providers, models"),
                mistake("no providers", "server: {}\n",
                        "caravan.yaml:1:1: the key `providers` is missing: it holds at least one provider of models"),
                mistake("misspelt providers are one mistake", "provider: {}\n",
                        "caravan.yaml:1:1: provider: unknown key `provider`; did you mean `providers`? "
                                + "Valid: server, keys, timeouts, memory-budget, queue, providers, models"),
                mistake("empty providers", "providers: {}\n",
                        "caravan.yaml:1:12: providers: expected at least one provider of models, found none"),
                mistake("providers without a value", "providers:\n",
                        "caravan.yaml:1:1: providers: expected at least one provider of models, found none"),
                mistake("providers as a list", "providers: [a]\n",
                        "caravan.yaml:1:12: providers: expected a mapping of provider names to providers, found a list"),
                mistake("a list for everything", "- a\n",
                        "caravan.yaml:1:1: expected a mapping of server, keys, timeouts, memory-budget, queue, providers, models, found a list"),
                mistake("a text for everything", "hello\n", "caravan.yaml:1:1: expected a mapping of server, keys, "
                        + "timeouts, memory-budget, queue, providers, models, found the text \"hello\""),
                mistake("an empty file", "",
                        "caravan.yaml:1:1: the file holds nothing; expected at least the key `providers`"),
                mistake("a file of comments", "# nothing\n",
                        "caravan.yaml:1:1: the file holds nothing; expected at least the key `providers`"),
                mistake("a key that would forge a line", "\"a\\ncaravan.yaml:9:9: fake\": 1\n" + Configs.PROVIDERS,
                        "caravan.yaml:1:1: \"a\\u000acaravan.yaml:9:9: fake\": unknown key "
                                + "`a\\u000acaravan.yaml:9:9: fake`. Valid: server, keys, timeouts, memory-budget, queue, providers, models"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void server(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml + Configs.PROVIDERS, ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> server() {
        String beyond = "other machines could reach Caravan at this address, and `keys` is empty, so that nobody would "
                + "need a key; add one to `keys`, or listen on 127.0.0.1";
        return Stream.of(
                mistake("unknown key", "server: { hots: x }\n",
                        "caravan.yaml:1:11: server.hots: unknown key `hots`; did you mean `host`? "
                                + "Valid: host, port, cors, max-body, public-url"),
                mistake("camel case", "server: { maxBody: 1MB }\n",
                        "caravan.yaml:1:11: server.maxBody: unknown key `maxBody`; did you mean `max-body`? "
                                + "Valid: host, port, cors, max-body, public-url"),
                mistake("server as text", "server: localhost\n",
                        "caravan.yaml:1:9: server: expected a mapping of host, port, cors, max-body and public-url, "
                                + "found the text \"localhost\""),
                mistake("port in quotes", "server: { port: \"7777\" }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535 without quotes, "
                                + "found the text \"7777\""),
                mistake("port too large", "server: { port: 65536 }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535, found the number 65536"),
                mistake("port negative", "server: { port: -1 }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535, found the number -1"),
                mistake("port beyond any integer", "server: { port: 99999999999999999999 }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535, "
                                + "found the number 99999999999999999999"),
                mistake("port with a fraction", "server: { port: 80.5 }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535, found the number 80.5"),
                mistake("port without a value", "server:\n  port:\n",
                        "caravan.yaml:2:3: server.port: expected a whole number from 0 to 65535, found nothing"),
                mistake("port of the environment that is none", "server: { port: \"${WORD}\" }\n",
                        "caravan.yaml:1:17: server.port: expected a whole number from 0 to 65535, "
                                + "found what the environment gives for \"${WORD}\""),
                mistake("host with a scheme", "server: { host: \"http://127.0.0.1\" }\n",
                        "caravan.yaml:1:17: server.host: expected a host name or IP address, without a scheme or port, "
                                + "found \"http://127.0.0.1\""),
                mistake("host with a port", "server: { host: \"localhost:7777\" }\n",
                        "caravan.yaml:1:17: server.host: expected a host name or IP address, without a scheme or port, "
                                + "found \"localhost:7777\""),
                mistake("host of digits that programs read differently", "server: { host: \"127.1\" }\n",
                        "caravan.yaml:1:17: server.host: expected a host name or IP address, without a scheme or port, "
                                + "found \"127.1\""),
                mistake("empty host", "server: { host: \"\" }\n",
                        "caravan.yaml:1:17: server.host: expected a host name or IP address that is not empty, "
                                + "found the text \"\""),
                mistake("unset variable", "server: { host: \"${HOST_TO_USE}\" }\n",
                        "caravan.yaml:1:17: server.host: environment variable HOST_TO_USE is not set; set it, or give a "
                                + "default: ${HOST_TO_USE:default}"),
                mistake("variable that is set to nothing", "server: { host: \"${EMPTY}\" }\n",
                        "caravan.yaml:1:17: server.host: environment variable EMPTY is not set; set it, or give a "
                                + "default: ${EMPTY:default}"),
                mistake("all interfaces without keys", "server: { host: 0.0.0.0 }\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("all interfaces by IPv6 without keys", "server: { host: \"::\" }\nkeys:\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("all interfaces by IPv6 in brackets", "server: { host: \"[::]\" }\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("all interfaces as IPv4 in IPv6", "server: { host: \"::ffff:0.0.0.0\" }\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("a name of another address", "server: { host: gateway.example }\nkeys: []\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("a name of loopback and another address", "server: { host: both.example }\n",
                        "caravan.yaml:1:17: server.host: " + beyond),
                mistake("a name of no address", "server: { host: nowhere.example }\n",
                        "caravan.yaml:1:17: server.host: this host has no address here, "
                                + "so that it cannot be listened on"),
                mistake("public URL without a scheme", "server: { public-url: llm.example.com }\n",
                        "caravan.yaml:1:23: server.public-url: expected a URL that begins with http:// or https://"),
                mistake("public URL with the path of a door", "server: { public-url: \"https://llm.example/v1\" }\n",
                        "caravan.yaml:1:23: server.public-url: leave out /v1 at the end; Caravan adds /v1/messages"),
                mistake("cors as text", "server: { cors: \"*\" }\n",
                        "caravan.yaml:1:17: server.cors: expected a list of origins such as http://localhost:3000, "
                                + "found the text \"*\""),
                mistake("origins that are none", """
                    server:
                      cors:
                        - http://localhost:3000/
                        - localhost:3000
                        - http://*.example.com
                        - http://a.example/path
                        - 3000
                    """,
                        "caravan.yaml:3:7: server.cors[0]: expected an origin such as http://localhost:3000, or * "
                                + "(without the `/` at the end), found the text \"http://localhost:3000/\"",
                        "caravan.yaml:4:7: server.cors[1]: expected an origin such as http://localhost:3000, or *, "
                                + "found the text \"localhost:3000\"",
                        "caravan.yaml:5:7: server.cors[2]: expected an origin such as http://localhost:3000, or * "
                                + "(`*` stands alone, for every origin), found the text \"http://*.example.com\"",
                        "caravan.yaml:6:7: server.cors[3]: expected an origin such as http://localhost:3000, or *, "
                                + "found the text \"http://a.example/path\"",
                        "caravan.yaml:7:7: server.cors[4]: expected an origin such as http://localhost:3000, or * "
                                + "(put it in quotes), found the number 3000"),
                mistake("size without a unit", "server: { max-body: 32 }\n",
                        "caravan.yaml:1:21: server.max-body: expected a size such as 64KB, 32MB or 1GB, "
                                + "found the number 32, which has no unit"),
                mistake("size with another unit", "server: { max-body: 32 mib }\n",
                        "caravan.yaml:1:21: server.max-body: expected a size such as 64KB, 32MB or 1GB, "
                                + "found the text \"32 mib\"; did you mean `32MB`?"),
                mistake("size too large", "server: { max-body: 2GB }\n",
                        "caravan.yaml:1:21: server.max-body: expected a size from 1KB to 1GB, found the text \"2GB\""),
                mistake("size of nothing", "server: { max-body: 0MB }\n",
                        "caravan.yaml:1:21: server.max-body: expected a size from 1KB to 1GB, found the text \"0MB\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void timeouts(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml + Configs.PROVIDERS, ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> timeouts() {
        String expected = "expected a duration such as 500ms, 10s, 2m or 1h, ";
        return Stream.of(
                mistake("unknown key", "timeouts: { conect: 1s }\n",
                        "caravan.yaml:1:13: timeouts.conect: unknown key `conect`; did you mean `connect`? "
                                + "Valid: connect, idle"),
                mistake("a key of exec", "timeouts: { total: 1s }\n",
                        "caravan.yaml:1:13: timeouts.total: unknown key `total`. Valid: connect, idle"),
                mistake("one for all", "timeouts: 10s\n",
                        "caravan.yaml:1:11: timeouts: expected a mapping of connect and idle, found the text \"10s\""),
                mistake("no unit", "timeouts: { idle: 10 }\n", "caravan.yaml:1:19: timeouts.idle: " + expected
                        + "found the number 10, which has no unit; did you mean `10s`?"),
                mistake("other units",
                        "timeouts:\n  idle: 2 minutes\n  connect: 5 sec\n",
                        "caravan.yaml:2:9: timeouts.idle: " + expected
                                + "found the text \"2 minutes\"; did you mean `2m`?",
                        "caravan.yaml:3:12: timeouts.connect: " + expected
                                + "found the text \"5 sec\"; did you mean `5s`?"),
                mistake("a word", "timeouts: { idle: never }\n",
                        "caravan.yaml:1:19: timeouts.idle: " + expected + "found the text \"never\""),
                mistake("a fraction", "timeouts: { idle: 1.5s }\n",
                        "caravan.yaml:1:19: timeouts.idle: " + expected + "found the text \"1.5s\""),
                mistake("a list", "timeouts: { idle: [1s] }\n",
                        "caravan.yaml:1:19: timeouts.idle: " + expected + "found a list"),
                mistake("no value", "timeouts: { idle: }\n",
                        "caravan.yaml:1:13: timeouts.idle: " + expected + "found nothing"),
                mistake("no time at all", "timeouts: { idle: 0s }\n",
                        "caravan.yaml:1:19: timeouts.idle: expected a duration from 1ms to 24h, found the text \"0s\""),
                mistake("for ever", "timeouts: { idle: 999999999999h }\n",
                        "caravan.yaml:1:19: timeouts.idle: expected a duration from 1ms to 24h, "
                                + "found the text \"999999999999h\""),
                mistake("of the environment", "timeouts: { idle: \"${WORD}\" }\n", "caravan.yaml:1:19: timeouts.idle: "
                        + expected + "found what the environment gives for \"${WORD}\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void keys(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml + Configs.PROVIDERS, ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                mistake("one key without a list", "keys: my-secret-key\n",
                        "caravan.yaml:1:7: keys: expected a list of keys, found a text"),
                mistake("too short", "keys: [seven77]\n",
                        "caravan.yaml:1:8: keys[0]: a key of fewer than 8 characters is too easy to guess"),
                mistake("too short by the environment's default", "keys: [\"${UNSET:seven77}\"]\n",
                        "caravan.yaml:1:8: keys[0]: a key of fewer than 8 characters is too easy to guess"),
                mistake("a number", "keys:\n  - 123456789\n",
                        "caravan.yaml:2:5: keys[0]: expected a key as text, or { name: …, key: … } (put it in quotes), "
                                + "found a number"),
                mistake("with a space", "keys: [\"long enough\"]\n",
                        "caravan.yaml:1:8: keys[0]: expected a key of printable ASCII characters without spaces, "
                                + "which a header can carry"),
                mistake("no key in it", "keys: [{ name: ci }]\n",
                        "caravan.yaml:1:8: keys[0]: the key `key` is missing: expected { name: …, key: … }"),
                mistake("misspelt name", "keys: [{ key: abcdefgh, nmae: ci }]\n",
                        "caravan.yaml:1:25: keys[0].nmae: unknown key `nmae`; did you mean `name`? Valid: name, key, admin"),
                mistake("a secret where a key of the mapping stands", "keys: [{ sk-abcdefgh: }]\n",
                        "caravan.yaml:1:8: keys[0]: the key `key` is missing: expected { name: …, key: … }",
                        "caravan.yaml:1:10: keys[0]: unknown key. Valid: name, key, admin"),
                mistake("the same key twice", "keys: [abcdefgh, { name: b, key: abcdefgh }]\n",
                        "caravan.yaml:1:34: keys[1].key: the same key as keys[0]"),
                mistake("the same name twice", "keys: [{ name: a, key: abcdefgh }, { name: a, key: ijklmnop }]\n",
                        "caravan.yaml:1:36: keys[1]: the same name as keys[0], so that logs could not tell them apart"),
                mistake("a name that breaks the line", "keys: [{ name: \"a\\nb\", key: abcdefgh }]\n",
                        "caravan.yaml:1:16: keys[0].name: expected a name of at most 64 characters without control "
                                + "characters"),
                mistake("unset variable", "keys: [\"${CLIENT_KEY}\"]\n",
                        "caravan.yaml:1:8: keys[0]: environment variable CLIENT_KEY is not set; set it, or give a "
                                + "default: ${CLIENT_KEY:default}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void models(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes("""
            providers:
              demo: { dialect: openai, base-url: "http://127.0.0.1:8000/v1" }
              openai: { dialect: openai, base-url: "http://127.0.0.1:8000/v1" }
            models:
            """ + yaml.indent(2), ENVIRONMENT, mistakes);
    }

    static Stream<Arguments> models() {
        String target = "expected provider/model, such as openai/gpt-5 or openai/{model}, ";
        return Stream.of(
                mistake("unknown provider", "- { match: \"*\", to: \"opnai/gpt\" }",
                        "caravan.yaml:5:23: models[0].to: unknown provider \"opnai\"; did you mean `openai`? "
                                + "Valid: demo, openai"),
                mistake("unknown provider like none", "- { match: \"*\", to: \"groq/gpt\" }",
                        "caravan.yaml:5:23: models[0].to: unknown provider \"groq\". Valid: demo, openai"),
                mistake("unknown provider of the environment", "- { match: \"*\", to: \"${WORD}/gpt\" }",
                        "caravan.yaml:5:23: models[0].to: unknown provider \"${WORD}/gpt\". Valid: demo, openai"),
                mistake("provider alone", "- { match: \"*\", to: openai }", "caravan.yaml:5:23: models[0].to: " + target
                        + "found \"openai\"; `openai/{model}` passes the requested name on"),
                mistake("model alone", "- { match: \"*\", to: gpt-5 }",
                        "caravan.yaml:5:23: models[0].to: " + target + "found \"gpt-5\""),
                mistake("no model", "- { match: \"*\", to: openai/ }",
                        "caravan.yaml:5:23: models[0].to: " + target + "found \"openai/\""),
                mistake("a comma", "- { match: \"*\", to: \"openai,gpt-5\" }",
                        "caravan.yaml:5:23: models[0].to: " + target
                                + "found \"openai,gpt-5\"; the provider ends with `/`"),
                mistake("misspelt {model}", "- { match: \"*\", to: \"openai/{modle}\" }",
                        "caravan.yaml:5:23: models[0].to: in braces a model can only hold {model}, which stands for the "
                                + "requested name; found \"{modle}\""),
                mistake("unset variable", "- { match: \"*\", to: \"openai/${MODEL}\" }",
                        "caravan.yaml:5:23: models[0].to: environment variable MODEL is not set; set it, or give a "
                                + "default: ${MODEL:default}"),
                mistake("unknown keys", "- { mach: \"*\", target: openai/x, to: openai/x }",
                        "caravan.yaml:5:7: models[0].mach: unknown key `mach`; did you mean `match`? Valid: match, to",
                        "caravan.yaml:5:18: models[0].target: unknown key `target`. Valid: match, to"),
                mistake("nothing in it", "- {}",
                        "caravan.yaml:5:5: models[0]: the key `match` is missing: expected the requested model, with * "
                                + "for any characters",
                        "caravan.yaml:5:5: models[0]: the key `to` is missing: expected provider/model, such as "
                                + "openai/gpt-5 or openai/{model}"),
                mistake("a text", "- openai/gpt-5", "caravan.yaml:5:5: models[0]: expected a rule { match: …, to: … }, "
                        + "found the text \"openai/gpt-5\""),
                mistake("a mapping", "\"*\": openai/gpt-5", "caravan.yaml:5:3: models: expected a list of rules "
                        + "{ match: …, to: … }, found a mapping"),
                mistake("a number to match", "- { match: 4, to: openai/gpt-4 }",
                        "caravan.yaml:5:14: models[0].match: expected a model name, with * for any characters and ? for "
                                + "one (put it in quotes), found the number 4"),
                mistake("a pattern without end", "- { match: \"" + "a".repeat(201) + "\", to: openai/gpt-4 }",
                        "caravan.yaml:5:14: models[0].match: expected a pattern of at most 200 characters without "
                                + "control characters"));
    }

    @Test
    void environmentProblemsHaveNoLine() {
        ConfigException e = Configs.fail(Configs.PROVIDERS,
                Map.of("CARAVAN_PORT", "seven", "CARAVAN_HOST", "http://localhost"));
        assertEquals(
                """
                    environment: CARAVAN_HOST: expected a host name or IP address, without a scheme or port, found something else
                    environment: CARAVAN_PORT: expected a whole number from 0 to 65535, found something else""",
                e.getMessage());
        assertEquals(List.of("CARAVAN_HOST", "CARAVAN_PORT"), e.problems().stream().map(Problem::path).toList());
    }

    @Test
    void theHostOfTheEnvironmentNeedsKeysBeyondLoopbackToo() {
        Configs.assertMistakes(Configs.PROVIDERS, Map.of("CARAVAN_HOST", "0.0.0.0"),
                List.of("environment: CARAVAN_HOST: other machines could reach Caravan at this address, and `keys` is "
                        + "empty, so that nobody would need a key; add one to `keys`, or listen on 127.0.0.1"));
    }

    @Test
    void everyMistakeOfAFileIsToldInItsOrder() {
        ConfigException e = Configs.fail("""
            modles: []
            server: { port: x }
            providers:
              a: { dialect: opnai }
              b: { dialect: exec }
            keys: [short]
            """, Map.of());
        assertEquals(List.of("modles", "server.port", "providers.a.dialect", "providers.b", "keys[0]"),
                e.problems().stream().map(Problem::path).toList());
        assertEquals(List.of(1, 2, 4, 5, 6), e.problems().stream().map(Problem::line).toList());
    }

    @Test
    void aFileOfNonsenseIsToldInAHundredLines() {
        ConfigException e = Configs.fail("keys: [" + "1,".repeat(1000) + "]\n" + Configs.PROVIDERS, Map.of());
        assertEquals(101, e.problems().size());
        assertEquals("caravan.yaml: and 900 more mistakes", e.problems().getLast().toString());
    }

    static Arguments mistake(String name, String yaml, String... mistakes) {
        return Arguments.of(name, yaml, List.of(mistakes));
    }
}
