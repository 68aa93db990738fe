package dev.caravan.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Kills one part of an installation, or all of them at once, again and again, and starts what it has killed. */
final class Kills {
    private static final int ALL_EVERY = 4;

    private final List<Victim> victims = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Random random;

    Kills(Random random) {
        this.random = random;
    }

    private record Victim(String kind, Runnable kill, Runnable restart) {}

    /** Adds what can be killed; in this order all of them are started again. */
    Kills add(String kind, Runnable kill, Runnable restart) {
        victims.add(new Victim(kind, kill, restart));
        return this;
    }

    /**
     * Goes on until it is told to stop.
     *
     * @param least how long all parts live at least between two kills; twice as long at most
     * @param away  how long what was killed is away at most
     */
    void run(Duration least, Duration away, BooleanSupplier stop) throws InterruptedException {
        while (true) {
            Thread.sleep(least.toMillis() + random.nextLong(least.toMillis()));
            if (stop.getAsBoolean()) {
                return;
            }
            List<Victim> chosen = victims.size() > 1 && random.nextInt(ALL_EVERY) == 0
                    ? victims
                    : List.of(victims.get(random.nextInt(victims.size())));
            for (Victim victim : chosen) {
                victim.kill().run();
                counts.merge(victim.kind(), 1, Integer::sum);
            }
            Thread.sleep(random.nextLong(away.toMillis()));
            chosen.forEach(victim -> victim.restart().run());
        }
    }

    /** How often something was killed. */
    int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How often each kind was. */
    @Override
    public String toString() {
        return counts.toString();
    }
}
