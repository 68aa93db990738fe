package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.message.ReplyFormat;
import dev.caravan.sse.SseFrames;
import dev.caravan.sse.SseWriter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reply to one HTTP request: one body, or server-sent events as they come. It is written to Vert.x directly, because
 * platform-http gathers 16 KB of an {@code InputStream} body before it sends any of it.
 *
 * <p>
 * Events may be written by any thread; they are gathered and handed to the connection's event loop, which sends all that has come
 * since its last turn in one write: a slow stream goes out event by event, a fast one in larger pieces. When the client does not
 * read, writers wait once {@value #MAX_WAITING} bytes do; after the stall time-out the client counts as gone. Thread-safe.
 */
public final class HttpReply {
    /** The name of the exchange property that holds the reply. */
    public static final String PROPERTY = "caravanReply";
    /** The status that the log has for a reply whose client has left: nginx's, since HTTP has none. */
    static final int CLIENT_CLOSED_REQUEST = 499;
    /** How many bytes may wait for the client before the writer does, beside what Vert.x and the kernel hold. */
    static final int MAX_WAITING = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HttpReply.class);
    /** More than the kernel takes in of a reply that nobody reads. */
    private static final int LARGE = 64 * 1024;
    private static final byte[] KEEP_ALIVE = " keep-alive".getBytes(StandardCharsets.US_ASCII);
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("request-id");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("x-accel-buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    private final Call call;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context eventLoop;
    private final Duration stallTimeout;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SseWriter waiting = new SseWriter();
    private boolean flushDue;
    private boolean committed;
    private boolean messageStarted;
    private boolean messageStopped;
    private boolean ending;
    private boolean ended;
    private boolean closed;
    private boolean failed;
    private long lastWriteNanos = System.nanoTime();

    /** @param stallTimeout how long to wait for a client that does not read */
    HttpReply(Call call, HttpServerRequest request, Context eventLoop, Duration stallTimeout) {
        this.stallTimeout = stallTimeout;
        this.call = call;
        this.request = request;
        this.response = request.response();
        this.eventLoop = eventLoop;
    }

    /** The call that this answers. */
    public Call call() {
        return call;
    }

    HttpServerRequest request() {
        return request;
    }

    Context eventLoop() {
        return eventLoop;
    }

    /** Whether the client has left before the end of the reply. */
    public boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the message that streams is whole. */
    public boolean messageStopped() {
        lock.lock();
        try {
            return messageStopped;
        } finally {
            lock.unlock();
        }
    }

    /** The client has left: whoever writes is told so. Called on the event loop. */
    void clientLeft() {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        call.getProgress().clientLeft();
        // Aborting an upstream may wait for its socket; the event loop must not.
        Thread.startVirtualThread(call.getCancellation()::cancel);
    }

    /**
     * Sends a whole reply and ends it, unless one has begun already.
     *
     * @param contentType null means JSON
     * @param headers beside content type and request id
     * @return false when a reply has begun, if only by a sign of life; nothing is sent then
     */
    public boolean send(int status, String contentType, Map<String, String> headers, byte[] body) {
        lock.lock();
        try {
            if (committed) {
                return false;
            }
            committed = true;
            ended = true;
        } finally {
            lock.unlock();
        }
        if (response.closed()) {
            call.getProgress().clientLeft();
            call.getProgress().replied(CLIENT_CLOSED_REQUEST);
            abandon();
            return true;
        }
        call.getProgress().replied(status);
        response.setStatusCode(status).putHeader(REQUEST_ID, call.getRequestId());
        if (body.length > 0) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, contentType == null ? JSON : contentType);
        }
        headers.forEach(response::putHeader);
        if (!RequestBody.isRead(request, eventLoop)) {
            eventLoop.runOnContext(nothing -> RequestBody.discardRest(request));
        }
        // Ended here and not by way of the event loop: platform-http, once the route is done, replies itself to what has not been.
        Future<Void> sent = response.end(Buffer.buffer(body));
        if (body.length > LARGE) {
            eventLoop.runOnContext(nothing -> ClientConnection.watch(request, sent, stallTimeout));
        }
        return true;
    }

    /**
     * Sends one event of a message; the first one sends status and headers before. A {@code message_start} is left out when the
     * keep-alive had to send one already. Waits while too much of the reply waits for the client.
     *
     * @throws ClientClosedException when the client has left or has read nothing for the stall time-out
     */
    public void event(MessageEvent event) throws ClientClosedException {
        byte[] data = MessageJson.data(event);
        lock.lock();
        try {
            if (failed || event instanceof MessageStart && messageStarted) {
                return;
            }
            note(event);
            waiting.event(MessageJson.name(event), data);
            written();
            awaitRoom();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends events of another kind than the Messages API's; the first ones send status and headers before. Waits while too much of
     * the reply waits for the client.
     *
     * @throws ClientClosedException when the client has left or has read nothing for the stall time-out
     */
    public void frames(SseFrames frames) throws ClientClosedException {
        lock.lock();
        try {
            if (failed) {
                return;
            }
            messageStopped |= frames.last();
            waiting.frame(frames.bytes());
            written();
            awaitRoom();
        } finally {
            lock.unlock();
        }
    }

    /** Sends the last event of a reply that has begun and failed; an empty name makes an event without one. */
    public void error(String name, byte[] envelope) throws ClientClosedException {
        lock.lock();
        try {
            if (!failed) {
                lastEvent(name, envelope);
            }
        } finally {
            lock.unlock();
        }
    }

    private void lastEvent(String name, byte[] envelope) {
        messageStopped = true;
        if (name.isEmpty()) {
            waiting.data(envelope, 0, envelope.length);
        } else {
            waiting.event(name, envelope);
        }
        written();
    }

    /**
     * Ends the reply and waits until the client has been sent all of it.
     *
     * @throws ClientClosedException when the client has left before, or has read nothing for the stall time-out
     */
    public void end() throws ClientClosedException {
        lock.lock();
        try {
            ending = true;
            written();
            long left = stallTimeout.toNanos();
            while (!ended && !closed) {
                left = await(left);
            }
            if (!ended) {
                throw new ClientClosedException("the client has left");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the reply to a client that has left: until it is ended, the server would try to write one of its own. */
    void abandon() {
        try {
            if (!response.ended()) {
                response.end();
            }
        } catch (IllegalStateException e) {
            // ended by the event loop between the two
        }
    }

    /**
     * Ends the reply with a failure that does not come from the thread which serves the call: with a status or, when the reply has
     * begun, with an event. What that thread still writes is left out.
     */
    void fail(ApiException failure) {
        ReplyFormat format = call.getReplyFormat();
        byte[] envelope = format.envelope(failure,
                call.getReplyHeaders().getOrDefault("request-id", call.getRequestId()));
        lock.lock();
        try {
            if (ending || ended || closed) {
                return;
            }
            failed = true;
            call.getProgress().failed(failure.type());
            if (!send(format.status(failure), null, failure.headers(), envelope)) {
                ending = true;
                lastEvent(format.errorEvent(), envelope);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has been told of a failure by another thread than the one that serves the call. */
    boolean failed() {
        lock.lock();
        try {
            return failed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the reply has ended or its client has left, but no longer than this. */
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

    /** From here on the client waits: what came before, such as sending a large body, was no silence. */
    void silentFromNow() {
        lock.lock();
        try {
            lastWriteNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a sign of life if nothing was sent for a while; called from time to time by {@link KeepAlive}.
     *
     * @param first silence after which status and headers go out
     * @param every silence after which a ping follows, once they have
     */
    void keepAlive(Duration first, Duration every) {
        lock.lock();
        try {
            long silence = System.nanoTime() - lastWriteNanos;
            if (ending || ended || closed || waiting.length() > 0 || silence < (committed ? every : first).toNanos()) {
                return;
            }
            if (messageStarted) {
                waiting.event("ping", MessageJson.data(new Ping()));
            } else if (call.isPassThrough() || !call.getReplyFormat().takesMessageEvents()) {
                waiting.comment(KEEP_ALIVE, 0, KEEP_ALIVE.length);
            } else {
                MessageStart start = call.messageStart();
                note(start);
                waiting.event(MessageJson.name(start), MessageJson.data(start));
            }
            written();
        } finally {
            lock.unlock();
        }
    }

    private void note(MessageEvent event) {
        switch (event) {
            case MessageStart start -> messageStarted = true;
            case MessageStop stop -> messageStopped = true;
            case RawEvent raw when raw.name().equals("message_start") -> messageStarted = true;
            case RawEvent raw when raw.name().equals("message_stop") || raw.name().equals("error") ->
                messageStopped = true;
            default -> {
            }
        }
    }

    /** Something waits to be sent: has the event loop send it, unless it is about to anyway. */
    private void written() {
        lastWriteNanos = System.nanoTime();
        if (!committed) {
            committed = true;
            call.getProgress().replied(200);
        }
        if (!flushDue && !closed) {
            flushDue = true;
            eventLoop.runOnContext(nothing -> flush());
        }
    }

    private void awaitRoom() throws ClientClosedException {
        long left = stallTimeout.toNanos();
        while (waiting.length() > MAX_WAITING && !closed) {
            left = await(left);
        }
        if (closed) {
            throw new ClientClosedException("the client has left");
        }
    }

    private long await(long left) throws ClientClosedException {
        if (left <= 0) {
            closed = true;
            ClientConnection.cut(request);
            throw new ClientClosedException(
                    "the client has not read its reply for " + stallTimeout.toMillis() + " ms");
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
            if (!closed()) { // otherwise the worker has just abandoned the reply
                LOG.error("request {}: its reply cannot be sent", call.getRequestId(), e);
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
                head();
            }
            if (response.writeQueueFull()) {
                response.drainHandler(nothing -> flush()); // flushDue stays set until then
                return;
            }
            flushDue = false;
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
        ClientConnection.watch(request, response.end(), stallTimeout);
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void head() {
        response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE).putHeader(ACCEL_BUFFERING, NO)
                .putHeader(REQUEST_ID, call.getRequestId());
        call.getReplyHeaders().forEach(response::putHeader);
        ClientConnection.limitSendBuffer(request);
    }
}
