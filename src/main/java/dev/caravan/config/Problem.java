package dev.caravan.config;

import java.io.Serializable;
import java.util.Objects;

/**
 * One mistake in a configuration.
 *
 * @param file    the file as it was named, {@code caravan.yaml}; {@code environment} for a variable such as
 *                {@code CARAVAN_PORT}
 * @param line    the line, from 1; 0 when the mistake has no place in a file
 * @param column  the column, from 1, in Unicode code points; 0 when the mistake has no place in a file
 * @param path    the key, such as {@code providers.openai.base-url} or {@code models[0].to}; empty for the whole file
 * @param message what was expected, what was found, what to do. It never holds a secret nor a value of the environment
 */
public record Problem(String file, int line, int column, String path, String message) implements Serializable {

    public Problem {
        Objects.requireNonNull(file);
        Objects.requireNonNull(path);
        Objects.requireNonNull(message);
    }

    /** The form that editors and terminals make clickable: {@code file:line:column: path: message}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
