package dev.caravan.provider;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds how long a provider may be silent. A time-out on the socket would do the same, but every timed wait of a virtual thread
 * goes through a timer of the JVM and wakes its thread, which cost a fifth of the processor under load (measured on JDK 25). So
 * waits have no limit of their own, and one thread looks at all of them from time to time. One thread waits at a time; the rest is
 * thread-safe.
 */
final class SilenceWatch implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 50;
    private static final Set<SilenceWatch> WATCHES = ConcurrentHashMap.newKeySet();

    static {
        Thread.ofPlatform().daemon().name("caravan-silence").start(SilenceWatch::look);
    }

    private final long limitNanos;
    private final Runnable giveUp;
    private volatile long waitingSince; // 0 while nobody waits
    private volatile boolean expired;

    /**
     * Watches until it is closed.
     *
     * @param limit the longest wait; told up to {@value #LOOK_EVERY_MILLIS} ms late
     * @param giveUp ends the wait that has become too long; called on a thread of its own, at most once
     */
    SilenceWatch(Duration limit, Runnable giveUp) {
        this.limitNanos = limit.toNanos();
        this.giveUp = giveUp;
        WATCHES.add(this);
    }

    /** A wait begins. */
    void waiting() {
        waitingSince = System.nanoTime() | 1;
    }

    /** The wait is over. */
    void heard() {
        waitingSince = 0;
    }

    /** Whether a wait has become too long. */
    boolean expired() {
        return expired;
    }

    /** Nobody will wait any more. Any number of times. */
    @Override
    public void close() {
        WATCHES.remove(this);
    }

    private static void look() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY_MILLIS);
                long now = System.nanoTime();
                for (SilenceWatch watch : WATCHES) {
                    watch.look(now);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void look(long now) {
        long since = waitingSince;
        if (since != 0 && now - since > limitNanos) {
            expired = true;
            close();
            Thread.startVirtualThread(giveUp); // closing a connection may wait, and all others are waiting for this thread
        }
    }
}
