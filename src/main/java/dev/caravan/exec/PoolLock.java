package dev.caravan.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The lock of a pool, which every request of its provider needs: what may take its time, a line in the log or a count, is put off
 * until it is free again. Thread-safe.
 */
final class PoolLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> afterwards = new ArrayList<>();

    /** Does this while nobody else does anything, then what was put off. */
    <T> T within(Supplier<T> work) {
        List<Runnable> putOff = List.of();
        lock.lock();
        try {
            return work.get();
        } finally {
            if (lock.getHoldCount() == 1 && !afterwards.isEmpty()) {
                putOff = List.copyOf(afterwards);
                afterwards.clear();
            }
            lock.unlock();
            putOff.forEach(Runnable::run);
        }
    }

    /** Does this while nobody else does anything, then what was put off. */
    void run(Runnable work) {
        within(() -> {
            work.run();
            return null;
        });
    }

    /** Puts this off until the lock is free; only for who holds it. */
    void afterwards(Runnable work) {
        afterwards.add(work);
    }
}
