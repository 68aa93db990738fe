package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Ids;
import dev.caravan.message.ReplyFormat;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what fails in the HTTP server itself, before a route of Camel has the request or after it has given it back: an address
 * that cannot be decoded, a reply that no route has sent. The server's own answer would be a text without the API's envelope.
 */
public final class ServerFailure implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFailure.class);

    private final int status;
    private final Function<String, ReplyFormat> formats;

    private ServerFailure(int status, Function<String, ReplyFormat> formats) {
        this.status = status;
        this.formats = formats;
    }

    /**
     * Answers the failures of all routes of the router, also of those that are added later, and what no route takes.
     *
     * @param formats how failures are told at an address, which is a path and perhaps a query, as the client wrote it
     */
    static void handle(Router router, Function<String, ReplyFormat> formats) {
        IntStream.range(400, 600).forEach(status -> router.errorHandler(status, new ServerFailure(status, formats)));
    }

    /** Answers a request whose address is longer than any that is served. */
    static void tooLong(HttpServerRequest request, ReplyFormat format) {
        answer(request, 414, Ids.request(), format);
        RequestBody.discardRest(request);
    }

    /** Answers what is no request, or one whose first line or headers are too long; nothing that follows it can be read either. */
    static void invalid(HttpServerRequest request, Function<String, ReplyFormat> formats) {
        int status = switch (request.decoderResult().cause()) {
            case TooLongHttpLineException line -> 414;
            case TooLongHttpHeaderException header -> 431;
            case null, default -> 400;
        };
        request.response().putHeader(HttpHeaders.CONNECTION, "close");
        answer(request, status, Ids.request(), formats.apply(request.uri()));
    }

    @Override
    public void handle(RoutingContext context) {
        String requestId = Ids.request();
        boolean clientsFault = status < 500;
        if (!clientsFault) {
            LOG.error("request {} failed in the HTTP server", requestId, context.failure());
        }
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        if (response.headWritten()) {
            ClientConnection.cut(context.request()); // what has been sent must not look whole
            return;
        }
        answer(context.request(), clientsFault ? status : 500, requestId, formats.apply(context.request().uri()));
        RequestBody.discardRest(context.request());
    }

    private static void answer(HttpServerRequest request, int status, String requestId, ReplyFormat format) {
        ApiException failure = new ApiException(status, ErrorType.ofStatus(status), message(status));
        byte[] envelope = format.envelope(failure, requestId);
        if (format != ReplyFormat.MESSAGES_API) {
            request.response().putHeader("x-request-id", requestId);
        }
        request.response().setStatusCode(format.status(failure)).putHeader("request-id", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(Buffer.buffer(envelope));
    }

    private static String message(int status) {
        return switch (status) {
            case 404 -> "there is nothing at this URL";
            case 414 -> "the request's URL is too long";
            case 431 -> "the request's headers are too large";
            case 500 -> "Internal server error";
            default ->
                "the request cannot be read: it is not HTTP as it should be, its URL is not encoded as it should be, "
                        + "or its Host is missing";
        };
    }
}
