package dev.caravan.config;

import java.util.Map;
import java.util.Optional;

/**
 * The environment variables that a configuration may read.
 *
 * <p>A variable that is set to the empty text counts as not set, like in a shell's {@code ${NAME:-default}}: container
 * tools pass on an unset variable as an empty one, and no setting of Caravan is usefully empty.
 */
@FunctionalInterface
public interface Environment {

    /** The raw value of a variable, or null when it is not set. */
    String lookup(String name);

    /** The value of a variable; empty when it is not set or set to the empty text. */
    default Optional<String> get(String name) {
        return Optional.ofNullable(lookup(name)).filter(value -> !value.isEmpty());
    }

    /** The environment of this process. */
    static Environment ofProcess() {
        return System::getenv;
    }

    /** An environment of just these variables. The map is copied. */
    static Environment of(Map<String, String> variables) {
        return Map.copyOf(variables)::get;
    }
}
