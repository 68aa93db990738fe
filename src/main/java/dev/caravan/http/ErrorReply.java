package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.ReplyFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the client of the exception that the exchange has caught: in the envelope and with the status that its door has for it,
 * or as the last event of the stream when the reply has begun. An exception that nothing upstream of it has put into the API's terms
 * is a fault of Caravan itself: the client gets a 500 without internals, the log gets the rest.
 */
public final class ErrorReply implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReply.class);

    @Override
    public void process(Exchange exchange) {
        Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        Call call = reply.call();
        call.getCancellation().cancel();
        Thread.interrupted(); // what had to stop has been told; the reply is still to be written
        if (reply.failed()) {
            LOG.debug("request {} was ended before", call.getRequestId(), cause);
        } else if (reply.closed() || cause instanceof ClientClosedException) {
            call.getProgress().clientLeft();
            call.getProgress().replied(HttpReply.CLIENT_CLOSED_REQUEST);
            reply.abandon();
        } else {
            tell(reply, failure(call, cause));
        }
        call.complete();
    }

    private static ApiException failure(Call call, Exception cause) {
        if (cause instanceof ApiException failure) {
            return failure;
        }
        LOG.error("request {} failed inside Caravan", call.getRequestId(), cause);
        return new ApiException(ErrorType.API_ERROR, "Internal server error");
    }

    private static void tell(HttpReply reply, ApiException failure) {
        Call call = reply.call();
        ReplyFormat format = call.getReplyFormat();
        byte[] envelope = format.envelope(failure, call.getRequestId());
        call.getProgress().failed(failure.type());
        Map<String, String> headers = new TreeMap<>(call.getReplyHeaders());
        headers.putAll(failure.headers());
        if (reply.send(format.status(failure), null, headers, envelope)) {
            return;
        }
        try {
            reply.error(format.errorEvent(), envelope);
            reply.end();
        } catch (ClientClosedException e) {
            call.getProgress().clientLeft();
            call.getProgress().replied(HttpReply.CLIENT_CLOSED_REQUEST);
            reply.abandon();
        }
    }
}
