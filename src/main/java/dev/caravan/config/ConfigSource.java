package dev.caravan.config;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a configuration came from.
 *
 * @param file      the file that was read
 * @param variables the environment variables that had a say in it, of {@code CARAVAN_CONFIG}, {@code CARAVAN_HOST} and
 *                  {@code CARAVAN_PORT}
 */
public record ConfigSource(Path file, List<String> variables) {

    public ConfigSource {
        variables = List.copyOf(variables);
    }

    /** For people: {@code /srv/caravan.yaml (with CARAVAN_CONFIG, CARAVAN_PORT)}. */
    public String describe() {
        return file + (variables.isEmpty() ? "" : " (with " + String.join(", ", variables) + ")");
    }
}
