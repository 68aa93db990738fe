package dev.caravan.queue.store;

import java.util.Locale;

/** What a request of a batch came to. */
public enum ResultType {
    /** Its body is the message, JSON. */
    SUCCEEDED,
    /** Its body is the error envelope, JSON. */
    ERRORED,
    /** The batch was cancelled before; without a body. */
    CANCELED,
    /** The batch expired before; without a body. */
    EXPIRED;

    /** The value of {@code result.type} on the wire, and of the column. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ResultType ofColumn(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
