package dev.caravan.message;

/**
 * A guess at a prompt's tokens from its size. Exact counting takes milliseconds for an agent's prompt, too long for the way of
 * every request; a guess is right within a third for prose and code and does where the provider tells the true count later.
 */
public final class TokenEstimate {
    private static final int BYTES_PER_TOKEN = 4;

    private TokenEstimate() {}

    /** The tokens of so many bytes of UTF-8 text or JSON, at least 1. */
    public static long ofBytes(long bytes) {
        return Math.max(1, bytes / BYTES_PER_TOKEN);
    }
}
