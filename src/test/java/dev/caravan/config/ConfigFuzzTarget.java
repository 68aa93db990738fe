package dev.caravan.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Any text as caravan.yaml: read, or refused with its mistakes, one a line, and no secret in them. */
public final class ConfigFuzzTarget {
    private static final String SECRET = "hunter2";
    private static final String ANOTHER = "qzxwvk7";

    private ConfigFuzzTarget() {}

    public static List<String> seeds() {
        return List.of(
                """
                    server: { host: 127.0.0.1, port: 7777, cors: ["http://localhost:3000"], max-body: 32MB, public-url: "https://a.example/b" }
                    keys: ["${KEY}"]
                    timeouts: &t { connect: 10s, idle: 1m }
                    providers:
                      demo: { dialect: exec, command: ["{java}", x], environment: { T: "${WORD}" }, max-processes: 2 }
                      chat: { dialect: openai, base-url: "http://127.0.0.1:1/v1", api-key: "${WORD:x}", timeouts: *t,
                              models: [a, { id: b, max-input-tokens: 100 }], headers: { x-a: "${WORD}" } }
                    models:
                      - { match: "claude-*", to: "demo/{model}" }
                    """,
                "providers:\n  a: { dialect: anthropic, base-url: \"${WORD}\" }\n", "{}", "- a\n...\n---\n!!int 1");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String yaml = new String(data, StandardCharsets.UTF_8);
        String first = outcome(yaml, SECRET);
        String second = outcome(yaml, ANOTHER);
        // A fuzzer that looks at comparisons finds the secrets and writes them into the file itself.
        boolean told = !first.equals(second) && !yaml.contains(SECRET) && !yaml.contains(ANOTHER);
        if (told) {
            throw new AssertionError("what is said depends on a secret: " + first + "\n" + second);
        }
    }

    private static String outcome(String yaml, String secret) {
        try {
            Configs.read(yaml, Map.of("KEY", secret + secret, "WORD", secret));
            return "read";
        } catch (ConfigException e) {
            String message = e.getMessage();
            if (e.problems().isEmpty() || message.lines().count() != e.problems().size()) {
                throw new AssertionError("mistakes told wrongly: " + message, e);
            }
            return message;
        }
    }
}
