package dev.caravan.http;

import dev.caravan.sse.SseWriter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of events, or of other parts of a reply, to one client. What any thread writes is gathered and handed to the
 * connection's event loop, which sends all that has come since its last turn in one write: a slow stream goes out event by event,
 * a fast one in larger pieces. When the client does not read, writers wait once {@value #MAX_WAITING} bytes do; after the stall
 * time-out the client counts as gone.
 *
 * <p>
 * Whoever writes holds the lock from what it decides by until it has written; all methods that say so need it held.
 */
final class Outlet {
    /** How many bytes may wait for the client before the writer does, beside what Vert.x and the kernel hold. */
    static final int MAX_WAITING = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context eventLoop;
    private final Duration stallTimeout;
    private final Runnable head;
    private final String requestId;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SseWriter waiting = new SseWriter();
    /** Whether the event loop is to send what waits, and whether it has been told so. */
    private boolean flushDue;
    private boolean flushTold;
    private boolean ending;
    private boolean ended;
    private boolean closed;
    private long lastWriteNanos = System.nanoTime();

    /**
     * @param stallTimeout how long to wait for a client that does not read
     * @param head sets status and headers before anything is sent; runs on the event loop, with the lock held
     * @param requestId for the log
     */
    Outlet(HttpServerRequest request, Context eventLoop, Duration stallTimeout, Runnable head, String requestId) {
        this.request = request;
        this.response = request.response();
        this.eventLoop = eventLoop;
        this.stallTimeout = stallTimeout;
        this.head = head;
        this.requestId = requestId;
    }

    void lock() {
        lock.lock();
    }

    /** Lets go of the lock, and only then wakes the event loop, which would have to wait for it otherwise. */
    void unlock() {
        boolean tell = lock.getHoldCount() == 1 && takeTelling();
        lock.unlock();
        if (tell) {
            tell();
        }
    }

    private boolean takeTelling() {
        boolean tell = flushDue && !flushTold && !closed;
        flushTold |= tell;
        return tell;
    }

    private void tell() {
        eventLoop.runOnContext(nothing -> flush());
    }

    /** Where events and other parts are written, each followed by {@link #written()}. Needs the lock. */
    SseWriter events() {
        return waiting;
    }

    /** Something waits to be sent: the event loop sends it once the lock is free. Needs the lock. */
    void written() {
        lastWriteNanos = System.nanoTime();
        flushDue = true;
    }

    /**
     * Waits while too much waits for the client. Needs the lock.
     *
     * @throws ClientClosedException when the client has left or has read nothing for the stall time-out
     */
    void awaitRoom() throws ClientClosedException {
        long left = stallTimeout.toNanos();
        while (waiting.length() > MAX_WAITING && !closed && !ended) {
            left = await(left);
        }
        if (closed) {
            throw new ClientClosedException("the client has left");
        }
    }

    /** What was written is the last. Needs the lock. */
    void end() {
        ending = true;
        written();
    }

    /**
     * Waits until the client has been sent all. Needs the lock.
     *
     * @throws ClientClosedException when the client has left before, or has read nothing for the stall time-out
     */
    void awaitSent() throws ClientClosedException {
        long left = stallTimeout.toNanos();
        while (!ended && !closed) {
            left = await(left);
        }
        if (!ended) {
            throw new ClientClosedException("the client has left");
        }
    }

    /** Waits until all has been sent or the client has left, but no longer than this. */
    void awaitEnd(long mostNanos) throws InterruptedException {
        long left = mostNanos;
        lock.lock();
        try {
            while (!ended && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The reply ends past this outlet, which sends no more: it is a whole one, or is cut off. Needs the lock. */
    void bypass() {
        ended = true;
        changed.signalAll();
    }

    /** Whether more may still be written. Needs the lock. */
    boolean open() {
        return !(ending || ended || closed);
    }

    private boolean over() {
        lock.lock();
        try {
            return ended || closed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has left before the end. */
    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The client has left: whoever waits is told so.
     *
     * @return false when all had been sent before
     */
    boolean close() {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            closed = true;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** From here on the client waits. */
    void silentFromNow() {
        lock.lock();
        try {
            lastWriteNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing was written for so long, and nothing waits for the client. Needs the lock. */
    boolean silentFor(Duration time) {
        return waiting.length() == 0 && System.nanoTime() - lastWriteNanos >= time.toNanos();
    }

    private long await(long left) throws ClientClosedException {
        if (left <= 0) {
            closed = true;
            ClientConnection.cut(request);
            throw new ClientClosedException(
                    "the client has not read its reply for " + stallTimeout.toMillis() + " ms");
        }
        if (takeTelling()) {
            tell();
        }
        try {
            return changed.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientClosedException("the request was cancelled");
        }
    }

    /** Sends what waits. Runs on the event loop. A reply that cannot be sent must not keep its client waiting. */
    private void flush() {
        try {
            sendWaiting();
        } catch (RuntimeException e) {
            if (!over()) { // otherwise the worker has just given the reply up
                LOG.error("request {}: its reply cannot be sent", requestId, e);
                ClientConnection.cut(request);
            }
        }
    }

    /** Runs again inside itself: sending may make room, of which the drain handler is told at once. */
    private void sendWaiting() {
        Buffer out;
        boolean end;
        lock.lock();
        try {
            if (closed || ended) {
                return;
            }
            if (!response.headWritten()) {
                head.run();
            }
            if (response.writeQueueFull()) {
                response.drainHandler(nothing -> flush()); // which stays due until then
                return;
            }
            flushDue = false;
            flushTold = false;
            out = Buffer.buffer(waiting.length()).appendBytes(waiting.array(), 0, waiting.length());
            waiting.clear();
            end = ending;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (out.length() > 0) {
            response.write(out);
        }
        if (end && !response.ended()) {
            finish();
        }
    }

    private void finish() {
        Future<Void> sent = response.end();
        ClientConnection.watch(request, sent, stallTimeout);
        if (request.version() == HttpVersion.HTTP_1_0) {
            // Even where the client has asked to keep the connection: a reply without a length ends with it.
            sent.onComplete(nothing -> request.connection().close());
        }
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
