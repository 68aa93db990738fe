package dev.caravan.provider.gemini;

/**
 * How much the schemas of one request may become: a few bytes of references can stand for thousands of schemas, and a request can
 * hold thousands of tools. Not thread-safe.
 */
final class SchemaBudget {
    /** More than any request has; as many take some megabytes. */
    private static final int MOST = 100_000;

    private long left = MOST;

    /** Takes so many from what is left; false when that is not enough. */
    boolean take(long schemas) {
        left -= schemas;
        return left >= 0;
    }
}
