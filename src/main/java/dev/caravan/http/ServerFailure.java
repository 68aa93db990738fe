package dev.caravan.http;

import dev.caravan.message.ErrorType;
import dev.caravan.message.Ids;
import dev.caravan.message.MessageJson;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what fails in the HTTP server itself, before a route of Camel has the request or after it has given it back: an address
 * that cannot be decoded, a reply that no route has sent. The server's own answer would be a text without the API's envelope.
 */
public final class ServerFailure implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFailure.class);

    private ServerFailure() {}

    /** Answers the failures of all routes of the router, also of those that are added later. */
    public static void handle(Router router) {
        Route last = router.route().order(Integer.MAX_VALUE);
        last.failureHandler(new ServerFailure());
    }

    @Override
    public void handle(RoutingContext context) {
        String requestId = Ids.request();
        boolean clientsFault = context.statusCode() >= 400 && context.statusCode() < 500;
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
        int status = clientsFault ? context.statusCode() : 500;
        byte[] envelope = MessageJson.error(ErrorType.ofStatus(status), message(status), requestId);
        response.setStatusCode(status).putHeader("request-id", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(Buffer.buffer(envelope));
        RequestBody.discardRest(context.request());
    }

    private static String message(int status) {
        return switch (status) {
            case 404 -> "there is nothing at this URL";
            case 500 -> "Internal server error";
            default -> "the request cannot be read: its URL is not encoded as it should be, or its Host is missing";
        };
    }
}
