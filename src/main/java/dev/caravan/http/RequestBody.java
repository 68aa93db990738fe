package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a request's body, as much of it as is allowed. */
final class RequestBody {
    private static final long DISCARD_MILLIS = 5_000;

    private RequestBody() {}

    /**
     * Waits for the whole body.
     *
     * @param limit the most bytes it may have
     * @param timeout how long it may take
     * @throws ApiException 413 when it is larger, told as early as the request allows; 400 when it is compressed; 408 when it
     *         does not arrive in time
     */
    static byte[] read(HttpReply reply, long limit, Duration timeout) throws ClientClosedException {
        HttpServerRequest request = reply.request();
        check(request, limit);
        EarlyBody.asked(request);
        EarlyBody early = EarlyBody.of(reply.eventLoop());
        if (early != null && early.whole()) {
            return early.gathered().getBytes();
        }
        Buffer body = early == null ? Buffer.buffer(expected(request)) : early.gathered();
        CompletableFuture<Buffer> whole = new CompletableFuture<>();
        reply.eventLoop().runOnContext(nothing -> collect(request, limit, body, whole));
        try {
            return whole.get(timeout.toMillis(), TimeUnit.MILLISECONDS).getBytes();
        } catch (InterruptedException e) {
            // Not thrown as it is: Camel passes an exchange that was interrupted by all its error handlers.
            Thread.currentThread().interrupt();
            throw new ClientClosedException("the client left while it sent its request");
        } catch (TimeoutException e) {
            throw new ApiException(408, ErrorType.INVALID_REQUEST_ERROR,
                    "the request body did not arrive within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException failure) {
                throw failure;
            }
            throw new ClientClosedException("the client left while it sent its request");
        }
    }

    /**
     * The body as a stream that is read while it arrives; a small one may be there already.
     *
     * @param limit the most bytes it may have
     * @param idleTimeout how long a reader waits for the next bytes
     * @throws ApiException 413 when the request says already that it is larger; 400 when it is compressed
     */
    static BodyStream stream(HttpReply reply, long limit, Duration idleTimeout) {
        check(reply.request(), limit);
        EarlyBody.asked(reply.request());
        return new BodyStream(reply, limit, idleTimeout, EarlyBody.of(reply.eventLoop()));
    }

    private static void check(HttpServerRequest request, long limit) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw ApiException.invalid("content-encoding", "a compressed request body is not accepted");
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limit)) {
            throw tooLarge(limit);
        }
    }

    static ApiException tooLarge(long limit) {
        return new ApiException(ErrorType.REQUEST_TOO_LARGE,
                "the request body is larger than the allowed " + limit + " bytes");
    }

    private static int expected(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 4_096 : (int) Math.min(Long.parseLong(length), 1 << 20);
    }

    private static void collect(HttpServerRequest request, long limit, Buffer body, CompletableFuture<Buffer> whole) {
        request.handler(chunk -> {
            if (body.length() + (long) chunk.length() > limit) {
                request.pause();
                whole.completeExceptionally(tooLarge(limit));
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(nothing -> whole.complete(body));
        request.exceptionHandler(whole::completeExceptionally);
        sendContinue(request);
        request.resume();
    }

    /** Tells a client that has asked that its body is wanted. Called on the event loop. */
    static void sendContinue(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    /** Whether nothing of the request is still to come. */
    static boolean isRead(HttpServerRequest request, Context context) {
        EarlyBody early = EarlyBody.of(context);
        return early != null && early.whole() || request.isEnded();
    }

    /**
     * Lets a client finish sending a body that nobody wants, so that it gets to read the reply: closing at once would reset the
     * connection under it. One that does not finish soon is cut off. Called on the event loop.
     */
    static void discardRest(HttpServerRequest request) {
        if (isRead(request, Vertx.currentContext())) {
            return;
        }
        request.handler(chunk -> {});
        request.exceptionHandler(failure -> {});
        long timer = Vertx.currentContext().owner().setTimer(DISCARD_MILLIS, id -> request.connection().close());
        request.endHandler(nothing -> Vertx.currentContext().owner().cancelTimer(timer));
        request.resume();
    }
}
