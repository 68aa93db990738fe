package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A request's body while it arrives. The event loop hands over what comes, and stops taking it from the connection while
 * {@value #MAX_WAITING} bytes wait for the reader, so that a client sends no faster than is read. Nothing is asked of the client
 * before the first read. A body that does not come to its end as it should never looks ended: reading it throws, and goes on to.
 *
 * <p>
 * One thread reads. What is left unread is discarded when the reply has been sent, so closing does nothing.
 */
final class BodyStream extends InputStream {
    /** How many bytes may wait for the reader, beside what Vert.x and the kernel hold. */
    static final int MAX_WAITING = 256 * 1024;

    private final HttpReply reply;
    private final HttpServerRequest request;
    private final long limit;
    private final Duration idleTimeout;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private long received;
    private boolean paused;
    private boolean ended;
    private boolean clientLeft;
    private ApiException failure;
    // The reader's own.
    private boolean begun;
    private Buffer current = Buffer.buffer();
    private int at;

    /**
     * @param limit the most bytes the body may have
     * @param idleTimeout how long a reader waits for the next bytes
     * @param early what was taken of the body before, null when nothing was
     */
    BodyStream(HttpReply reply, long limit, Duration idleTimeout, EarlyBody early) {
        this.reply = reply;
        this.request = reply.request();
        this.limit = limit;
        this.idleTimeout = idleTimeout;
        if (early != null) {
            current = early.gathered();
            received = current.length();
            ended = early.whole();
        }
    }

    @Override
    public int read() throws ClientClosedException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * @throws ClientClosedException when the client has left, be it after it has sent everything
     * @throws ApiException 413 when the body is larger than allowed; 408 when nothing came for the idle time-out
     */
    @Override
    public int read(byte[] target, int offset, int length) throws ClientClosedException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (at == current.length() && !next()) {
            return -1;
        }
        int count = Math.min(length, current.length() - at);
        current.getBytes(at, at + count, target, offset);
        at += count;
        return count;
    }

    /** Moves on to what came next; false at the body's end. */
    private boolean next() throws ClientClosedException {
        lock.lock();
        try {
            begin();
            long left = idleTimeout.toNanos();
            while (waiting.isEmpty() && !ended && !clientLeft && failure == null) {
                left = await(left);
            }
            if (failure != null) {
                throw failure;
            }
            if (clientLeft || reply.closed()) {
                throw new ClientClosedException("the client left while it sent its request");
            }
            if (waiting.isEmpty()) {
                return false;
            }
            take();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void begin() {
        if (!begun && !ended) {
            reply.call().getCancellation().onCancel(this::leave);
            reply.eventLoop().runOnContext(nothing -> listen());
        }
        begun = true;
    }

    private long await(long left) throws ClientClosedException {
        if (left <= 0) {
            failure = new ApiException(408, ErrorType.INVALID_REQUEST_ERROR,
                    "nothing of the request body arrived for " + idleTimeout.toMillis() + " ms");
            return 0;
        }
        try {
            return changed.awaitNanos(left);
        } catch (InterruptedException e) {
            // Not thrown as it is: Camel passes an exchange that was interrupted by all its error handlers.
            Thread.currentThread().interrupt();
            clientLeft = true;
            return 0;
        }
    }

    private void take() {
        current = waiting.remove();
        at = 0;
        waitingBytes -= current.length();
        if (paused && waitingBytes <= MAX_WAITING / 2) {
            paused = false;
            reply.eventLoop().runOnContext(nothing -> request.resume());
        }
    }

    /** Runs on the event loop, as all that follows. */
    private void listen() {
        request.handler(this::add);
        request.endHandler(nothing -> end());
        request.exceptionHandler(problem -> leave());
        RequestBody.sendContinue(request);
        request.resume();
    }

    private void add(Buffer chunk) {
        if (chunk.length() == 0) {
            return;
        }
        lock.lock();
        try {
            received += chunk.length();
            if (received > limit) {
                failure = RequestBody.tooLarge(limit);
                waiting.clear();
                request.pause();
            } else {
                waiting.add(chunk);
                waitingBytes += chunk.length();
                if (waitingBytes >= MAX_WAITING) {
                    paused = true;
                    request.pause();
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            clientLeft = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
