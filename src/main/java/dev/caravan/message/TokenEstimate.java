package dev.caravan.message;

/**
 * A guess at a prompt's tokens from its size. Exact counting takes milliseconds for an agent's prompt, too long for the way of
 * every request; a guess is right within a third for prose and code and does where the provider tells the true count later.
 */
public final class TokenEstimate {
    /** An image whose size is not known: what 1,000 × 1,000 pixels cost on Claude, and somewhat more. */
    public static final int IMAGE = 1_500;
    /** A PDF's page as text and image: Anthropic names 7,000 tokens for three pages. */
    public static final int PAGE = 2_333;

    private static final int BYTES_PER_TOKEN = 4;
    /** How many bytes of PDF are taken for a page. */
    private static final int PAGE_BYTES = 50_000;

    private TokenEstimate() {}

    /** The tokens of so many bytes of UTF-8 text or JSON, at least 1. */
    public static long ofBytes(long bytes) {
        return Math.max(1, bytes / BYTES_PER_TOKEN);
    }

    /** The tokens of a PDF of so many bytes, a page at least. */
    public static long ofPdf(long bytes) {
        return Math.max(1, Math.ceilDiv(bytes, PAGE_BYTES)) * PAGE;
    }

    /** How many bytes so much base64 stands for. */
    public static long decoded(String base64) {
        return base64.length() * 3L / 4;
    }
}
