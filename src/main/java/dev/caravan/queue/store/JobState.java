package dev.caravan.queue.store;

import java.util.Locale;

/** How far a job is. */
public enum JobState {
    /** Waits for its first attempt, or for another one. */
    QUEUED,
    /** An attempt is made. */
    IN_PROGRESS,
    /** Its result is a message. */
    SUCCEEDED,
    /** Its result is an error envelope. */
    ERRORED,
    /** Its owner has cancelled it; without a result. */
    CANCELED,
    /** It was not answered in time; without a result. */
    EXPIRED;

    /** The value of {@code status} on the wire, and of the column. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing happens to the job any more. */
    public boolean over() {
        return this != QUEUED && this != IN_PROGRESS;
    }

    static JobState ofColumn(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
