package dev.caravan.testkit;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * How long the long tests take and what they do at random, set from outside: {@code -Dcaravan.seed=N} has them do again what they
 * did before, {@code -Dcaravan.<lane>.seconds=N} makes a lane shorter or longer. Each prints its seed, so that a failure can be had
 * again.
 */
public final class LongRun {
    private static final String SEED = "caravan.seed";

    private LongRun() {}

    /** The seed of this run for a lane; {@code -Dcaravan.seed} if given, else another one each time. */
    public static long seed(String lane) {
        long seed = Long.getLong(SEED, System.nanoTime() & 0xffff_ffffL);
        System.out.println(lane + ": -D" + SEED + "=" + seed);
        return seed;
    }

    /** How long a lane runs: the usual time, or {@code -Dcaravan.<lane>.seconds}. */
    public static Duration duration(String lane, Duration usual) {
        return Duration.ofSeconds(Long.getLong("caravan." + lane + ".seconds", usual.toSeconds()));
    }

    /**
     * Tries one case after the other for {@code caravan.fuzz.seconds}, 20 s by default. Each has a seed of its own; the first has
     * the seed of the run, so that a case that failed can be had again as the first one.
     *
     * @param one does one case, and throws when it fails
     */
    public static void fuzz(String lane, LongConsumer one) {
        long end = System.nanoTime() + duration("fuzz", Duration.ofSeconds(20)).toNanos();
        long first = seed(lane);
        long seed = first;
        do {
            try {
                one.accept(seed);
            } catch (AssertionError | RuntimeException | StackOverflowError e) {
                throw new AssertionError(lane + ": have it again by -D" + SEED + "=" + seed, e);
            }
            seed++;
        } while (System.nanoTime() < end);
        System.out.println(lane + ": " + (seed - first) + " cases");
    }
}
