package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

@Label("Whatever the file holds, it is read or refused with its mistakes, and no secret is shown")
class ConfigPropertiesTest {

    private static final String SECRET = "hunter2";
    private static final Map<String, String> ENVIRONMENT = Map.of("OPENAI_API_KEY", "sk-" + SECRET, "ANTHROPIC_API_KEY",
            SECRET + "\n", "CARAVAN_KEY", SECRET + SECRET, "URL", "https://u:" + SECRET + "@host/?" + SECRET, "WORD",
            SECRET,
            "TEMPLATE", "${" + SECRET + "}");

    private static final String DOCUMENT = """
        server: { host: "${WORD}", port: 7777, cors: ["http://localhost:3000"], max-body: 32MB }
        keys: ["${CARAVAN_KEY}", { name: ci, key: "long-enough" }]
        timeouts: { connect: 10s, idle: "${WORD}" }
        providers:
          demo:
            dialect: exec
            command: ["{java}", "-cp", "{classpath}", "${WORD}", '{"a": 1}']
            environment: { TOKEN: "${WORD}" }
            timeouts: &t { idle: 10s, total: 1h }
          openai:
            dialect: openai
            base-url: "${URL}"
            api-key: "${OPENAI_API_KEY}"
            headers: { x-a: "${TEMPLATE}" }
            models: [a, { id: "${MISSING}", max-input-tokens: "${WORD}" }]
            options: { max-tokens-field: "${WORD}", premature-end: accept }
          claude: { dialect: "${WORD}", base-url: "http://x", api-key: "${ANTHROPIC_API_KEY}" }
          other: { dialect: anthropic, base-url: "http://x", timeouts: *t }
        models:
          - { match: "claude-*", to: "demo/{model}" }
          - { match: "*", to: "${WORD}/x" }
        """;

    private static void readOrRefuse(String yaml) {
        try {
            Configs.read(yaml, ENVIRONMENT);
        } catch (ConfigException e) {
            assertFalse(e.problems().isEmpty());
            assertFalse(e.getMessage().contains(SECRET), e.getMessage());
            assertEquals(e.problems().size(), e.getMessage().lines().count());
        }
    }

    @Example
    @Label("the undamaged configuration is read as far as its values, which are wrong")
    void undamaged() {
        ConfigException e = Configs.fail(DOCUMENT, ENVIRONMENT);
        assertEquals(
                List.of("timeouts.idle", "providers.other.timeouts.total", "providers.openai.base-url",
                        "providers.openai.models[1].max-input-tokens",
                        "providers.openai.options.max-tokens-field", "providers.claude.dialect",
                        "models[1].to"),
                e.problems().stream().map(Problem::path).toList());
    }

    @Property
    @Label("any text")
    void anyText(@ForAll String yaml) {
        readOrRefuse(yaml);
    }

    @Property
    @Label("any YAML tokens")
    void anyTokens(@ForAll("tokens") String yaml) {
        readOrRefuse(yaml);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    @Label("a configuration with random damage")
    void damaged(@ForAll("damages") List<Damage> damages) {
        String yaml = DOCUMENT;
        for (Damage damage : damages) {
            yaml = damage.to(yaml);
        }
        readOrRefuse(yaml);
    }

    @Property(tries = 50_000, edgeCases = EdgeCasesMode.NONE)
    @Tag("long")
    @Label("a configuration with random damage, many times")
    void damagedManyTimes(@ForAll("damages") List<Damage> damages) {
        damaged(damages);
    }

    /** Text of the configuration itself, or a token, in the place of some of it. */
    record Damage(int at, int length, int from, int taken, String token) {

        String to(String yaml) {
            int start = at % (yaml.length() + 1);
            int end = Math.min(yaml.length(), start + length);
            String copy = DOCUMENT.substring(from % DOCUMENT.length());
            return yaml.substring(0, start) + token + copy.substring(0, Math.min(taken, copy.length()))
                    + yaml.substring(end);
        }
    }

    private static final String[] TOKENS = {"server", "keys", "timeouts", "providers", "models", "dialect", "exec",
            "openai", "command", "base-url", "\"http://x\"", ": ", ":", "- ", "? ", "[", "]", "{", "}", ", ", "\n",
            "\n  ",
            "\n    ", " ", "\"", "'", "|\n", ">-\n", "#", "&a ", "*a", "<<", "!!int ", "!x ", "%YAML 9.9\n", "---\n",
            "...\n", "${", "${WORD}", "${MISSING}", "$${", "}", "\\", "\\x", "\t", "~", "true", "1", "1.5", "0x1F",
            ".inf",
            "10s", "\u0000", "\uFEFF", "\uD83D\uDE00", "\uD83D", "@", "`"};

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.of(TOKENS).list().ofMaxSize(40).map(tokens -> String.join("", tokens));
    }

    @Provide
    Arbitrary<List<Damage>> damages() {
        Arbitrary<Integer> place = Arbitraries.integers().between(0, DOCUMENT.length());
        Arbitrary<Integer> few = Arbitraries.integers().between(0, 20);
        Arbitrary<String> token = Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.just("")),
                Tuple.of(1, Arbitraries.of(TOKENS)));
        return Combinators.combine(place, few, place, few, token).as(Damage::new).list().ofMinSize(1).ofMaxSize(4);
    }

    @Property(tries = 20)
    @Label("the default file with any one line missing")
    void defaultFileWithoutALine(@ForAll("lines") int line) throws Exception {
        List<String> lines = Files.readAllLines(YamlJson.TOP.resolve("caravan.yaml"));
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            yaml.append(i == line % lines.size() ? "" : lines.get(i)).append('\n');
        }
        readOrRefuse(yaml.toString());
    }

    @Provide
    Arbitrary<Integer> lines() {
        return Arbitraries.integers().between(0, 1000);
    }
}
