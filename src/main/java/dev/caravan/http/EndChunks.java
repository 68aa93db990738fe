package dev.caravan.http;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Ends a reply that was sent by {@link StreamChunk}, also one without any part, and waits until the client has been sent it. That
 * of a call which has been cancelled is cut off instead: the parts may have come to an end for that reason.
 */
public final class EndChunks implements Processor {
    private static final byte[] NOTHING = new byte[0];

    @Override
    public void process(Exchange exchange) throws ClientClosedException {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        if (reply.call().getCancellation().cancelled()) {
            throw new ClientClosedException("the request was cancelled");
        }
        reply.chunk(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class), NOTHING);
        reply.end();
        reply.call().complete();
    }
}
