package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.ReplyFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the client of the exception that the exchange has caught: in the envelope and with the status that its door has for it,
 * or as the last event of the stream when the reply has begun; a reply of another kind that has begun is cut off. An exception
 * that nothing upstream of it has put into the API's terms is a fault of Caravan itself: the client gets a 500 without internals,
 * the log gets the rest.
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
        } else if (reply.closed() || ObjectHelper.getException(ClientClosedException.class, cause) != null) {
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
        call.getProgress().failed(failure.type());
        Map<String, String> headers = new TreeMap<>(call.getReplyHeaders());
        headers.putAll(failure.headers());
        // An upstream's own id, where the reply passes one on: header and envelope tell the same.
        byte[] envelope = format.envelope(failure, headers.getOrDefault("request-id", call.getRequestId()));
        if (reply.send(format.status(failure), null, headers, envelope) || reply.cutChunks()) {
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
