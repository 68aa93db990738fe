package dev.caravan.queue.work;

/**
 * Interrupts the thread that makes an attempt, but only while it waits for its provider: an interrupt that finds a thread at the
 * database closes the database's file. Thread-safe.
 */
public final class Interruption {
    private Thread waiting = Thread.currentThread();

    /** Interrupts the thread, unless its wait is over. */
    synchronized void interrupt() {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** The wait is over: the thread, which calls this, is not interrupted any more, and forgets that it was. */
    synchronized void end() {
        if (waiting != null) {
            waiting = null;
            Thread.interrupted();
        }
    }
}
