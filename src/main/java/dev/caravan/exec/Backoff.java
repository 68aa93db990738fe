package dev.caravan.exec;

import dev.caravan.message.ApiException;
import java.time.Duration;
import java.util.Optional;

/**
 * When a process may be started again: at once at first, and each time that one has died since a new one did well, after twice as
 * long as before. Remembers why the last one could not start. Not thread-safe.
 */
final class Backoff {
    private static final long FIRST = Duration.ofMillis(250).toNanos();
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();

    private int failures;
    private long failedNanos;
    private long notBefore;
    private ApiException startFailure;

    /**
     * A process has died.
     *
     * @param why why it never came to work; null when it did
     */
    void failed(long now, ApiException why) {
        failedNanos = now;
        notBefore = now + Math.min(LONGEST, FIRST << Math.min(failures, 20));
        failures++;
        startFailure = why;
    }

    /** A process has started. */
    void started() {
        startFailure = null;
    }

    /**
     * A process has done its work.
     *
     * @param since when it was started: that one does well which was there before says nothing of those that fail
     */
    void wellDone(long since) {
        if (since - failedNanos >= 0) {
            failures = 0;
        }
    }

    boolean mayStart(long now) {
        return left(now).isZero();
    }

    /** How long until the next start; zero when it may be now. */
    Duration left(long now) {
        return failures == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, notBefore - now));
    }

    /** Why the last process could not start; empty when it could. */
    Optional<ApiException> startFailure() {
        return Optional.ofNullable(startFailure);
    }

    /** Why none runs and none may be started yet; empty when one may be started, or the last one did start. */
    Optional<ApiException> refusal(long now) {
        return mayStart(now) ? Optional.empty() : Optional.ofNullable(startFailure);
    }
}
