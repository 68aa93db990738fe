package dev.caravan.queue.work;

import java.util.concurrent.Semaphore;

/**
 * Who works beside whom on this node. Attempts go on side by side, but for one that may take the process down with it: that waits until
 * the others are through, and they wait for it. Thread-safe.
 */
public final class Company {
    /** More than there are consumers. */
    private static final int ALL = 1_000_000;

    private final Semaphore places = new Semaphore(ALL, true);

    /**
     * Waits until nobody is alone.
     *
     * @return to be run once, at the end of the attempt, by whatever thread
     */
    Runnable join() {
        return take(1);
    }

    /**
     * Waits until nobody else is there.
     *
     * @return to be run once, at the end of the attempt, by whatever thread
     */
    Runnable beAlone() {
        return take(ALL);
    }

    private Runnable take(int count) {
        places.acquireUninterruptibly(count);
        return () -> places.release(count);
    }
}
