package dev.caravan.exec;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a kept process reads on its stdin: lines that are written while it runs. Whoever adds a line never waits; the one thread
 * that reads, to write to the pipe, does. It is as long as the requests that the process was given, a ping and cancels: a process
 * that reads no more gets no more. Thread-safe.
 */
final class LiveInput extends InputStream {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Deque<byte[]> lines = new ArrayDeque<>();
    /** How many bytes of the first line were read. */
    private int read;
    private boolean closed;

    /** Adds a line, its line feed included. Nothing is added behind the end. */
    void add(byte[] line) {
        lock.lock();
        try {
            if (!closed) {
                lines.add(line);
                readable.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        lock.lock();
        try {
            while (lines.isEmpty()) {
                if (closed) {
                    return -1;
                }
                readable.awaitUninterruptibly();
            }
            byte[] line = lines.peek();
            int count = Math.min(length, line.length - read);
            System.arraycopy(line, read, target, offset, count);
            read += count;
            if (read == line.length) {
                lines.remove();
                read = 0;
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** The end: what was not read yet will not be. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            lines.clear();
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
