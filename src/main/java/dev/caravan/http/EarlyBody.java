package dev.caravan.http;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What has come of a small body together with the head of its request: all of it, as a rule. It is there when the route asks for
 * it, so that no thread has to wait for another. What has not come by then is left in the connection until it is asked for.
 *
 * <p>
 * Nothing is taken of a request to a door that reads its bodies by itself, as platform-http's doors do where nobody says otherwise:
 * it would find nothing. Which doors ask here is known by their having asked.
 *
 * <p>
 * Written on the event loop before the route runs and not changed after that.
 */
final class EarlyBody {
    /** The largest body of which anything is taken before its sender is known. */
    private static final int LARGEST = 64 * 1024;
    /** More doors than there are; a door whose path has parameters must not fill the memory with them. */
    private static final int MOST_DOORS = 64;
    /** The paths of doors that have asked for the body of a POST. */
    private static final Set<String> ASKING = ConcurrentHashMap.newKeySet();

    private final Buffer gathered;
    private boolean whole;

    private EarlyBody(int length) {
        this.gathered = Buffer.buffer(length);
    }

    /** A door asks for the body of this request: those of the next ones are taken early. */
    static void asked(HttpServerRequest request) {
        String path = request.path();
        if (request.method() == HttpMethod.POST && path != null && !ASKING.contains(path)
                && ASKING.size() < MOST_DOORS) {
            ASKING.add(path);
        }
    }

    private static boolean isAsking(HttpServerRequest request) {
        String path = request.path();
        return request.method() == HttpMethod.POST && path != null && ASKING.contains(path);
    }

    /** Takes what has come of the request's body if its door asks for it, then lets the next handler have the request. */
    static void take(HttpServerRequest request, Handler<HttpServerRequest> next) {
        int length = length(request);
        // Over HTTP/2, platform-http could not pause what has been read.
        if (length <= 0 || !isAsking(request) || request.version() == HttpVersion.HTTP_2
                || request.headers().contains(HttpHeaders.EXPECT)) {
            next.handle(request);
            return;
        }
        EarlyBody body = new EarlyBody(length);
        Context context = Vertx.currentContext();
        context.putLocal(EarlyBody.class, body);
        request.handler(body.gathered::appendBuffer);
        request.endHandler(nothing -> {
            body.whole = true;
            next.handle(request);
        });
        // Runs after everything has been handed over that was read at once with the head.
        context.runOnContext(nothing -> {
            if (!body.whole) {
                request.pause();
                next.handle(request);
            }
        });
    }

    /** The length that is announced; 0 when there is none, when it is too large or cannot be read. */
    private static int length(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || length.length() > 5) {
            return 0;
        }
        try {
            int bytes = Integer.parseInt(length);
            return bytes <= LARGEST ? bytes : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** What was taken of the request that this context serves; null when nothing was. */
    static EarlyBody of(Context context) {
        return context.getLocal(EarlyBody.class);
    }

    /** Whether that is all of the body. */
    boolean whole() {
        return whole;
    }

    /** What was taken; whoever reads on appends to it. */
    Buffer gathered() {
        return gathered;
    }
}
