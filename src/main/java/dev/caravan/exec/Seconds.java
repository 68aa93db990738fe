package dev.caravan.exec;

import java.time.Duration;

/** Durations in messages. */
final class Seconds {
    private Seconds() {}

    /** As in {@code 10 s}, or {@code 250 ms} where it is not whole. */
    static String told(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
