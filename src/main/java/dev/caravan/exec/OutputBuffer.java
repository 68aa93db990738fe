package dev.caravan.exec;

import dev.caravan.message.ApiException;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes on their way from the thread that reads a process's stdout to the one that wants them. Holds a limited number. A writer
 * that finds it full may wait, which leaves the pipe full and stops the process, or is told so. Thread-safe, for one writer and
 * one reader.
 */
final class OutputBuffer {
    /** The most bytes held; together with the pipe's own 64 KB this is what a process can be ahead of its reader. */
    static final int CAPACITY = 256 * 1024;
    /** What {@link #take} returns when no byte came in time. */
    static final int NOTHING_YET = -2;

    private static final int FIRST_CAPACITY = 8 * 1024;
    private static final byte[] LINE_FEED = {'\n'};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    private final int capacity;
    private byte[] ring = new byte[FIRST_CAPACITY];
    private int first;
    private int size;
    private boolean ended;
    private boolean abandoned;
    private ApiException failure;

    /** Holds {@value #CAPACITY} bytes. */
    OutputBuffer() {
        this(CAPACITY);
    }

    /** @param capacity the most bytes held */
    OutputBuffer(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Adds bytes, waiting for room.
     *
     * @return false when nobody wants them any more
     */
    boolean put(byte[] source, int length) throws InterruptedException {
        lock.lock();
        try {
            int from = 0;
            while (from < length && !ended) {
                if (size == capacity) {
                    writable.await();
                } else {
                    int count = Math.min(length - from, capacity - size);
                    append(source, from, count);
                    from += count;
                    readable.signal();
                }
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a line and a line feed behind it, all or nothing, without waiting. What nobody wants any more counts as added. A reader
     * that waits hears of it by {@link #wake()} or {@link #end}.
     *
     * @return false when there is no room; an empty buffer has room for anything
     */
    boolean offerLine(byte[] source, int offset, int length) {
        lock.lock();
        try {
            if (ended) {
                return true;
            }
            if (size > 0 && size + length >= capacity) {
                return false;
            }
            append(source, offset, length);
            append(LINE_FEED, 0, 1);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the reader if it waits. */
    void wake() {
        lock.lock();
        try {
            readable.signal();
        } finally {
            lock.unlock();
        }
    }

    private void append(byte[] source, int from, int count) {
        if (size + count > ring.length) {
            grow(size + count);
        }
        int at = (first + size) % ring.length;
        int head = Math.min(count, ring.length - at);
        System.arraycopy(source, from, ring, at, head);
        System.arraycopy(source, from + head, ring, 0, count - head);
        size += count;
    }

    private void grow(int least) {
        byte[] larger = new byte[Math.max(least, Math.min(capacity, 2 * ring.length))];
        int held = size;
        copyOut(larger, 0, held);
        ring = larger;
        first = 0;
        size = held;
    }

    private void copyOut(byte[] target, int offset, int count) {
        int head = Math.min(count, ring.length - first);
        System.arraycopy(ring, first, target, offset, head);
        System.arraycopy(ring, 0, target, offset + head, count - head);
        first = (first + count) % ring.length;
        size -= count;
    }

    /** No byte will follow; what is held can still be read. Only the first end counts. A null failure is a good end. */
    void end(ApiException why) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = why;
                readable.signalAll();
                writable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The reader has gone: what is held is dropped, a reader that waits is woken. */
    void abandon() {
        lock.lock();
        try {
            ended = true;
            abandoned = true;
            size = 0;
            ring = new byte[0];
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes at least one byte, waiting for it.
     *
     * @param nanos how long to wait at most; {@link Long#MAX_VALUE} for no limit, which costs no timer
     * @return how many bytes, -1 at a good end, {@link #NOTHING_YET} when none came in time
     * @throws ApiException at an end that is a failure
     * @throws IOException when the buffer was abandoned
     */
    int take(byte[] target, int offset, int length, long nanos) throws IOException, InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (size == 0 && !ended) {
                if (left <= 0) {
                    return NOTHING_YET;
                }
                if (nanos == Long.MAX_VALUE) {
                    readable.await();
                } else {
                    left = readable.awaitNanos(left);
                }
            }
            if (abandoned) {
                throw new IOException("the output of the process is closed");
            }
            if (size == 0) {
                if (failure != null) {
                    throw failure;
                }
                return -1;
            }
            int count = Math.min(length, size);
            copyOut(target, offset, count);
            writable.signal();
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes can be taken without waiting. */
    int available() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }
}
