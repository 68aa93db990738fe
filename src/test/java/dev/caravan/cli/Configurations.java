package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigLoader;
import dev.caravan.config.Environment;
import java.nio.file.Path;
import java.util.Map;

/** Configurations from texts. */
final class Configurations {
    private Configurations() {}

    static CaravanConfig read(String yaml) {
        return read(yaml, Map.of());
    }

    static CaravanConfig read(String yaml, Map<String, String> variables) {
        return new ConfigLoader(Environment.of(variables), Path.of("")).parse(Path.of("caravan.yaml"), yaml);
    }

    /** A configuration with these rules, for the providers {@code local} and {@code other}. */
    static CaravanConfig withRules(String rules) {
        return read("""
            providers:
              local: { dialect: openai, base-url: "http://127.0.0.1:1/v1" }
              other: { dialect: openai, base-url: "http://127.0.0.1:1/v1", models: [tiny, small] }
            models: [%s]
            """.formatted(rules));
    }
}
