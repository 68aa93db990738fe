package dev.caravan.http;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Ends a reply that was sent by {@link StreamChunk}, also one without any part, and waits until the client has been sent it. */
public final class EndChunks implements Processor {
    private static final byte[] NOTHING = new byte[0];

    @Override
    public void process(Exchange exchange) throws ClientClosedException {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        reply.chunk(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class), NOTHING);
        reply.end();
        reply.call().complete();
    }
}
