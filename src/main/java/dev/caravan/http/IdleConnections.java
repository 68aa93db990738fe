package dev.caravan.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections on which nothing is asked for too long: no request at all, or the head of one that does not come to its end.
 * A connection with a request under way is left alone, be it silent for hours, which is why Vert.x's own idle time-out only holds
 * until the first one.
 */
final class IdleConnections {
    private static final long LOOK_EVERY_MILLIS = 1_000;

    private final long limitNanos;
    private final Map<HttpConnection, Use> open = new ConcurrentHashMap<>();

    IdleConnections(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** Options of a server that closes connections which it does not get to tell of, before their first request. */
    HttpServerOptions serverOptions() {
        int millis = (int) TimeUnit.NANOSECONDS.toMillis(limitNanos);
        return new HttpServerOptions().setIdleTimeout(millis).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /** A connection has turned out to be one of HTTP/1.1 or HTTP/2. */
    void opened(HttpConnection connection) {
        open.put(connection, new Use());
        connection.closeHandler(nothing -> open.remove(connection));
    }

    /** The head of a request has arrived. */
    void asked(HttpServerRequest request) {
        Use use = open.get(request.connection());
        if (use != null) {
            use.begin(request);
        }
    }

    /** Looks after the connections as long as Vert.x runs. */
    void watch(Vertx vertx) {
        long every = Math.min(LOOK_EVERY_MILLIS, Math.max(1, limitNanos / 4_000_000));
        vertx.setPeriodic(every, id -> look());
    }

    private void look() {
        long now = System.nanoTime();
        open.forEach((connection, use) -> {
            ClientConnection.removeIdleTimeout(connection);
            if (use.idleNanos(now) > limitNanos && ClientConnection.hasSentAll(connection)) {
                connection.close();
            }
        });
    }

    /** How a connection is used. Replies end on any thread, and a next request may begin before the last one is told of. */
    private static final class Use implements Handler<Void> {
        private final AtomicInteger underWay = new AtomicInteger();
        private volatile long since = System.nanoTime();

        void begin(HttpServerRequest request) {
            underWay.incrementAndGet();
            request.response().endHandler(this);
        }

        /** A reply has been written. */
        @Override
        public void handle(Void nothing) {
            since = System.nanoTime();
            underWay.decrementAndGet();
        }

        long idleNanos(long now) {
            return underWay.get() > 0 ? 0 : now - since;
        }
    }
}
