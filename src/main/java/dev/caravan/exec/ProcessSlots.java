package dev.caravan.exec;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many processes of one command may run at a time. A slot is taken until its process is really gone, because two models must
 * not share a memory made for one. Thread-safe.
 */
final class ProcessSlots {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final int most;
    private int taken;
    private int ending;

    ProcessSlots(int most) {
        this.most = most;
    }

    /**
     * Takes a slot. Where all are taken but some process is already being ended, this waits for it: a client that has its
     * message's end and asks again at once must not meet its own last process.
     *
     * @param patience how long to wait at most for a process that is ending
     * @return null when there is none
     */
    Slot acquire(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (taken == most) {
                if (ending == 0 || left <= 0) {
                    return null;
                }
                left = freed.awaitNanos(left);
            }
            taken++;
            return new Slot();
        } finally {
            lock.unlock();
        }
    }

    /** One process's place. All methods may be called by any thread and more than once. */
    final class Slot {
        private boolean dying;
        private boolean free;

        /** The process is being ended. */
        void ending() {
            lock.lock();
            try {
                if (!dying && !free) {
                    dying = true;
                    ending++;
                    freed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        /** The process is gone. */
        void release() {
            lock.lock();
            try {
                if (!free) {
                    free = true;
                    taken--;
                    if (dying) {
                        ending--;
                    }
                    freed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
