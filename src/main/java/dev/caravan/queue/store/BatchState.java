package dev.caravan.queue.store;

import java.util.Locale;

/**
 * How far a batch is; it goes through them in this order, and leaves {@link #EXPIRING} and {@link #CANCELING} out when its requests
 * are all answered.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages/batches/retrieve">Anthropic: Retrieve a Message Batch</a>
 */
public enum BatchState {
    IN_PROGRESS("in_progress"),
    /** It is too late for what has no result yet, which is just being noted. The API has no word for that. */
    EXPIRING("in_progress"), CANCELING("canceling"), ENDED("ended");

    private final String wireName;

    BatchState(String wireName) {
        this.wireName = wireName;
    }

    /** The value of {@code processing_status} on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The value of the column. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static BatchState ofColumn(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
