package dev.caravan.sse;

import java.io.IOException;

/**
 * A line of the stream, or the data of one event, is longer than the parser accepts. What came before it was delivered;
 * the rest of the stream cannot be read. The message names the limit and nothing of the content.
 */
public class SseLimitExceededException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;

    SseLimitExceededException(int maxBytes) {
        super("A server-sent event or one of its lines is longer than the limit of " + maxBytes + " bytes");
        this.maxBytes = maxBytes;
    }

    /** The limit, in bytes, that was exceeded. */
    public int maxBytes() {
        return maxBytes;
    }
}
