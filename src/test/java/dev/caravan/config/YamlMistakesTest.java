package dev.caravan.config;

import static dev.caravan.config.MistakesTest.mistake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What is wrong with the YAML itself is told with its place and what to do")
class YamlMistakesTest {

    /** For what takes ages or no time: far beyond the latter on a loaded machine. */
    private static final Duration AGES = Duration.ofSeconds(60);

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void syntax(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml, Map.of(), mistakes);
    }

    static Stream<Arguments> syntax() {
        String braces = "expected ',' or '}'; inside { } and [ ] put text such as \"${NAME}\" in quotes";
        String alias = "`*` begins an alias here, and there is no such anchor; put text that begins with `*` in quotes";
        return Stream.of(
                mistake("variable without quotes in braces", "providers:\n  a: { dialect: openai, api-key: ${KEY} }\n",
                        "caravan.yaml:2:35: " + braces),
                mistake("{model} without quotes in braces", "models:\n  - { match: \"*\", to: a/{model} }\n",
                        "caravan.yaml:2:25: " + braces),
                mistake("star without quotes", "models:\n  - match: *\n    to: a/b\n", "caravan.yaml:2:13: " + alias),
                mistake("pattern that begins with a star", "models:\n  - match: *-mini\n    to: a/b\n",
                        "caravan.yaml:2:12: " + alias),
                mistake("tab", "server:\n\tport: 1\n",
                        "caravan.yaml:2:1: a tab where YAML wants spaces: indent with spaces"),
                mistake("wrong indentation", "server:\n    host: a\n  port: 1\n",
                        "caravan.yaml:3:3: a line that fits neither the lines above nor a new key; check the indentation "
                                + "and the quotes"),
                mistake("two colons", "server: host: a\n",
                        "caravan.yaml:1:13: a `:` that is not expected here; check the "
                                + "indentation, and put text that holds `: ` in quotes"),
                mistake("no colon", "server:\n  port 1\n  host: a\n",
                        "caravan.yaml:3:7: a `:` that is not expected here; check the indentation, and put text that "
                                + "holds `: ` in quotes"),
                mistake("unclosed quotes", "server:\n  host: \"a\n  port: 1\n",
                        "caravan.yaml:4:1: the file ends inside a quoted text that begins in line 2"),
                mistake("unclosed brace", "server: { port: 1\n",
                        "caravan.yaml:2:1: the file ends inside a `{` or `[` that begins in line 1"),
                mistake("unclosed bracket", "keys: [\n",
                        "caravan.yaml:2:1: expected a value, or the `]` or `}` that closes what is open here"),
                mistake("backslash", "providers: { a: { command: [\"C:\\programs\"] } }",
                        "caravan.yaml:1:33: an unknown escape (`\\`) in a text in double quotes; double the `\\` or use "
                                + "single quotes"),
                mistake("escape beyond Unicode", "a: \"\\U7fffffff\"",
                        "caravan.yaml:1:7: an unknown escape (`\\`) in a text in "
                                + "double quotes; double the `\\` or use single quotes"),
                mistake("control character", "server:\n  host: a\u0007b\n",
                        "caravan.yaml:2:10: a control character, which YAML does not allow"),
                mistake("second document", Configs.PROVIDERS + "---\n" + Configs.PROVIDERS,
                        "caravan.yaml:3:1: a second document (`---`); a configuration is one"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void structure(String name, String yaml, List<String> mistakes) {
        Configs.assertMistakes(yaml + Configs.PROVIDERS, Map.of(), mistakes);
    }

    static Stream<Arguments> structure() {
        return Stream.of(
                mistake("the same key twice", "server:\n  port: 1\n  host: localhost\n  port: 2\n",
                        "caravan.yaml:4:3: server.port: the same key stands above already (line 2)"),
                mistake("the same key with and without quotes", "server: { port: 1, \"port\": 2 }\n",
                        "caravan.yaml:1:20: server.port: the same key stands above already (line 1)"),
                mistake("a list for a key", "? [server]\n: {}\n", "caravan.yaml:1:3: expected a key, found a list"),
                mistake("nothing for a key", "server: { ~: 1 }\n",
                        "caravan.yaml:1:11: server: expected a key, found nothing",
                        "caravan.yaml:1:11: server.\"~\": unknown key `~`. Valid: host, port, cors, max-body, public-url"),
                mistake("a tag", "server: !java.net.URL { port: 1 }\n",
                        "caravan.yaml:1:9: server: YAML tags (`!name`) are not used here; put text in quotes"),
                mistake("a tag on text", "keys: [!env CARAVAN_KEY]\n",
                        "caravan.yaml:1:8: keys[0]: YAML tags (`!name`) are not used here; put text in quotes"),
                mistake("a merge", "server: &s { port: 1 }\ntimeouts: { <<: *s }\n",
                        "caravan.yaml:2:13: timeouts.\"<<\": unknown key `<<`. Valid: connect, idle"),
                mistake("an alias inside what it names", "server: &s { port: *s }\n",
                        "caravan.yaml:1:9: server: an alias (`*name`) stands inside what it names",
                        "caravan.yaml:1:9: server.port: expected a whole number from 0 to 65535, found a mapping"));
    }

    @Test
    void nestingHasAnEnd() {
        assertTimeoutPreemptively(AGES, () -> {
            Configs.assertMistakes("a: " + "[".repeat(500_000), Map.of(),
                    List.of("caravan.yaml:1:35: nested deeper than 32 levels"));
            Configs.assertMistakes("- ".repeat(300_000), Map.of(),
                    List.of("caravan.yaml:1:65: nested deeper than 32 levels"));
        });
    }

    @Test
    void aliasesHaveAnEnd() {
        String laughs = "a: &a0 [lol]\n" + IntStream.range(1, 30)
                .mapToObj(i -> "a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(9) + "]\n")
                .collect(Collectors.joining());
        assertTimeoutPreemptively(AGES, () -> Configs.assertMistakes(laughs, Map.of(),
                List.of("caravan.yaml:7:30: more than 50 aliases (`*name`)")));
    }

    @Test
    void anAliasThatMergesItselfEnds() {
        ConfigException e = assertTimeoutPreemptively(AGES,
                () -> Configs.fail("server: &s { <<: *s }\n" + Configs.PROVIDERS, Map.of()));
        assertEquals("caravan.yaml:1:9: server: an alias (`*name`) stands inside what it names",
                e.problems().getFirst().toString());
    }

    @Test
    void largeTextsOfEveryKindEnd() {
        String large = "a".repeat(100_000);
        String document = """
            server: { host: "@", cors: ["@", "http://@"], max-body: "1@" }
            keys: ["@", { name: "@", key: "@" }]
            timeouts: { idle: "1@" }
            providers:
              a: { dialect: "@" }
              b: { dialect: openai, base-url: "http://@/v1", api-key: "@", headers: { x: "@", "@": x }, models: ["@"] }
              c: { dialect: exec, command: ["{@}", "@"], environment: { A: "@" }, working-directory: "@" }
              "@": {}
            models: [{ match: "@", to: "b/@" }, { match: "a", to: "@/{model}" }]
            "@": 1
            """;
        long places = document.chars().filter(c -> c == '@').count();
        for (int place = 0; place < places; place++) {
            String yaml = withTextAt(document, place, large);
            String shown = Configs.fail(yaml, Map.of()).getMessage();
            assertEquals(-1, shown.indexOf("a".repeat(100)), "a message quotes a long text whole");
        }
    }

    private static String withTextAt(String document, int place, String text) {
        String[] pieces = document.split("@", -1);
        StringBuilder yaml = new StringBuilder(pieces[0]);
        for (int i = 1; i < pieces.length; i++) {
            yaml.append(i - 1 == place ? text : "k" + i).append(pieces[i]);
        }
        return yaml.toString();
    }

    @Test
    void anAliasIsAnAbbreviation() {
        CaravanConfig config = Configs.read("""
            providers:
              a: { dialect: openai, base-url: "http://a/v1", timeouts: &slow { idle: 10m } }
              b: { dialect: openai, base-url: "http://b/v1", timeouts: *slow }
            """);
        assertEquals(Duration.ofMinutes(10), ((HttpProvider) config.providers().get("b")).endpoint().timeouts().idle());
    }
}
