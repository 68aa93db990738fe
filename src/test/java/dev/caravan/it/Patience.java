package dev.caravan.it;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what happens at once on an idle machine, and in a while on a busy one. */
final class Patience {
    private static final Duration MOST = Duration.ofSeconds(15);

    private Patience() {}

    static ConditionFactory await(String what) {
        return Awaitility.await(what).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(MOST);
    }
}
