package dev.caravan.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A text that must not be printed: an API key, a client key, the value of a header.
 *
 * <p>{@link #toString()} is {@code ***}, so that no log line, no exception and no record's own text can show it. Only
 * {@link #reveal()} gives it away; call that where the text is put on the wire, nowhere else. Immutable.
 */
public final class Secret {

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** Holds a text as a secret. */
    public static Secret of(String text) {
        return new Secret(text);
    }

    /** The text itself. */
    public String reveal() {
        return text;
    }

    /** Whether this is the given text, told in a time that does not depend on where the two differ. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && matches(secret.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
