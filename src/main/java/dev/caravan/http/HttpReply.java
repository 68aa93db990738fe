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
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * The reply to one HTTP request: one body, or server-sent events or the parts of a body as they come. It is written to Vert.x
 * directly, because platform-http gathers 16 KB of an {@code InputStream} body before it sends any of it.
 *
 * <p>
 * Events and parts may be written by any thread and take the way of an {@link Outlet}; what they tell the client is known here.
 * Thread-safe.
 */
public final class HttpReply {
    /** The name of the exchange property that holds the reply. */
    public static final String PROPERTY = "caravanReply";
    /** The status that the log has for a reply whose client has left: nginx's, since HTTP has none. */
    static final int CLIENT_CLOSED_REQUEST = 499;

    /** How much of a large part is handed over at once: what the client takes of it shows that it reads. */
    private static final int CHUNK = 64 * 1024;
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

    private final Outlet outlet;
    // All guarded by the outlet's lock.
    private boolean committed;
    private boolean messageStarted;
    private boolean messageStopped;
    private boolean failed;
    private String chunkType;

    /** @param stallTimeout how long to wait for a client that does not read */
    HttpReply(Call call, HttpServerRequest request, Context eventLoop, Duration stallTimeout) {
        this.stallTimeout = stallTimeout;
        this.call = call;
        this.request = request;
        this.response = request.response();
        this.eventLoop = eventLoop;
        this.outlet = new Outlet(request, eventLoop, stallTimeout, this::head, call.getRequestId());
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
        return outlet.closed();
    }

    /** Whether the message that streams is whole. */
    public boolean messageStopped() {
        outlet.lock();
        try {
            return messageStopped;
        } finally {
            outlet.unlock();
        }
    }

    /** The client has left: whoever writes is told so. Called on the event loop. */
    void clientLeft() {
        if (!outlet.close()) {
            return;
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
        outlet.lock();
        try {
            if (committed) {
                return false;
            }
            committed = true;
            outlet.bypass();
        } finally {
            outlet.unlock();
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
        outlet.lock();
        try {
            if (failed || event instanceof MessageStart && messageStarted) {
                return;
            }
            note(event);
            outlet.events().event(MessageJson.name(event), data);
            written();
            outlet.awaitRoom();
        } finally {
            outlet.unlock();
        }
    }

    /**
     * Sends events of another kind than the Messages API's; the first ones send status and headers before. Waits while too much of
     * the reply waits for the client.
     *
     * @throws ClientClosedException when the client has left or has read nothing for the stall time-out
     */
    public void frames(SseFrames frames) throws ClientClosedException {
        outlet.lock();
        try {
            if (failed) {
                return;
            }
            messageStopped |= frames.last();
            outlet.events().frame(frames.bytes());
            written();
            outlet.awaitRoom();
        } finally {
            outlet.unlock();
        }
    }

    /**
     * Sends a part of a reply that is no stream of events; the first one, which may be empty, sends status and headers before.
     * Waits while too much of the reply waits for the client.
     *
     * @param contentType that of the first part counts; null means {@code application/octet-stream}
     * @throws ClientClosedException when the client has left or has read nothing for the stall time-out
     */
    public void chunk(String contentType, byte[] bytes) throws ClientClosedException {
        outlet.lock();
        try {
            if (failed) {
                return;
            }
            if (chunkType == null) {
                chunkType = contentType == null ? "application/octet-stream" : contentType;
            }
            written();
            int length = request.method() == HttpMethod.HEAD ? 0 : bytes.length;
            for (int from = 0; from < length && !failed; from += CHUNK) {
                outlet.events().bytes(bytes, from, Math.min(CHUNK, length - from));
                written();
                outlet.awaitRoom();
            }
            outlet.awaitRoom();
        } finally {
            outlet.unlock();
        }
    }

    /**
     * Cuts off a reply of which parts have been sent, so that they do not look like the whole. One that has ended is left alone.
     *
     * @return false when the reply is another one; nothing is done then
     */
    boolean cutChunks() {
        outlet.lock();
        try {
            if (chunkType == null || !outlet.open()) {
                return chunkType != null;
            }
            outlet.bypass();
        } finally {
            outlet.unlock();
        }
        abandon();
        return true;
    }

    /** Sends the last event of a reply that has begun and failed; an empty name makes an event without one. */
    public void error(String name, byte[] envelope) throws ClientClosedException {
        outlet.lock();
        try {
            if (!failed) {
                lastEvent(name, envelope);
            }
        } finally {
            outlet.unlock();
        }
    }

    private void lastEvent(String name, byte[] envelope) {
        messageStopped = true;
        if (name.isEmpty()) {
            outlet.events().data(envelope, 0, envelope.length);
        } else {
            outlet.events().event(name, envelope);
        }
        written();
    }

    /**
     * Ends the reply and waits until the client has been sent all of it.
     *
     * @throws ClientClosedException when the client has left before, or has read nothing for the stall time-out
     */
    public void end() throws ClientClosedException {
        outlet.lock();
        try {
            commit();
            outlet.end();
            outlet.awaitSent();
        } finally {
            outlet.unlock();
        }
    }

    /**
     * Gives up a reply that is not whole, as a rule because its client has left. It has to be ended, since the server would write
     * one of its own otherwise; the connection, should it be there still, is cut first, so that no client takes that for the end.
     */
    void abandon() {
        outlet.close();
        try {
            if (!response.ended()) {
                ClientConnection.cut(request);
                response.end(); // the event loop gets to it after the cut
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
        outlet.lock();
        try {
            if (!outlet.open()) {
                return;
            }
            failed = true;
            call.getProgress().failed(failure.type());
            if (!send(format.status(failure), null, failure.headers(), envelope) && !cutChunks()) {
                lastEvent(format.errorEvent(), envelope);
                outlet.end();
            }
        } finally {
            outlet.unlock();
        }
    }

    /** Whether the client has been told of a failure by another thread than the one that serves the call. */
    boolean failed() {
        outlet.lock();
        try {
            return failed;
        } finally {
            outlet.unlock();
        }
    }

    /** Waits until the reply has ended or its client has left, but no longer than this. */
    void awaitEnd(long mostNanos) throws InterruptedException {
        outlet.awaitEnd(mostNanos);
    }

    /** From here on the client waits: what came before, such as sending a large body, was no silence. */
    void silentFromNow() {
        outlet.silentFromNow();
    }

    /**
     * Sends a sign of life if nothing was sent for a while; called from time to time by {@link KeepAlive}.
     *
     * @param first silence after which status and headers go out
     * @param every silence after which a ping follows, once they have
     */
    void keepAlive(Duration first, Duration every) {
        outlet.lock();
        try {
            if (chunkType != null || !outlet.open() || !outlet.silentFor(committed ? every : first)) {
                return;
            }
            if (messageStarted) {
                outlet.events().event("ping", MessageJson.data(new Ping()));
            } else if (call.isPassThrough() || !call.getReplyFormat().takesMessageEvents()) {
                outlet.events().comment(KEEP_ALIVE, 0, KEEP_ALIVE.length);
            } else {
                MessageStart start = call.messageStart();
                note(start);
                outlet.events().event(MessageJson.name(start), MessageJson.data(start));
            }
            written();
        } finally {
            outlet.unlock();
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

    private void written() {
        commit();
        outlet.written();
    }

    private void commit() {
        if (!committed) {
            committed = true;
            call.getProgress().replied(200);
        }
    }

    /** Sets status and headers of a reply of events or parts. */
    private void head() {
        response.setChunked(true);
        if (chunkType == null) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM).putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE)
                    .putHeader(ACCEL_BUFFERING, NO);
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, chunkType);
        }
        response.putHeader(REQUEST_ID, call.getRequestId());
        call.getReplyHeaders().forEach(response::putHeader);
        ClientConnection.limitSendBuffer(request);
    }
}
