package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Ends a reply that streams, after its last event. */
public final class EndStream implements Processor {
    /**
     * @throws ApiException when the stream of events has ended without the end of its message
     */
    @Override
    public void process(Exchange exchange) throws Exception {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        if (reply.closed()) {
            throw new ClientClosedException("the client has left");
        }
        if (!reply.messageStopped()) {
            throw new ApiException(502, ErrorType.API_ERROR, "the stream ended before the message was complete");
        }
        reply.end();
        reply.call().complete();
    }
}
