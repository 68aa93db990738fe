package dev.caravan.exec;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Hears what becomes of kept processes and their requests, to count it. Called by the threads that do the work, which it must not
 * hold up. Implementations are thread-safe.
 */
public interface PoolListener {
    /** Hears nothing. */
    PoolListener NONE = new PoolListener() {
    };

    /** A process has come to be ready. */
    default void loaded(String provider, Duration took) {}

    /** A request was given to a process, behind this wait. */
    default void assigned(String provider, Duration waited) {}

    /** A request has been answered. */
    default void answered(String provider, Work work) {}

    /** A process is started in place of one that died or could not start. */
    default void restarted(String provider) {}

    /**
     * What a process tells of its work for a request; what it does not tell is empty.
     *
     * @param inputTokens the prompt's tokens that it has read
     * @param cachedTokens the prompt's tokens that its prefix cache had
     * @param outputTokens the tokens that it has written
     * @param prefillMillis how long reading took
     * @param generationMillis how long writing took
     */
    record Work(OptionalLong inputTokens, OptionalLong cachedTokens, OptionalLong outputTokens,
            OptionalLong prefillMillis, OptionalLong generationMillis) {}
}
