package dev.caravan.http;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Sends the body as a further part of a reply of any type, that of the header {@code Content-Type}, and waits while the client does
 * not read. Status 200 and the headers go out before the first part; a reply that fails later is cut off, so that nobody takes what
 * came for the whole.
 *
 * <p>
 * A split goes through the rest of its iterator after a failure. Where the parts come from one, it must have no more of them once
 * the call is cancelled, as every failure does, or once its {@code next()} has thrown.
 */
public final class StreamChunk implements Processor {
    @Override
    public void process(Exchange exchange) throws ClientClosedException {
        Message message = exchange.getMessage();
        byte[] bytes = message.getBody(byte[].class);
        if (bytes != null) {
            exchange.getProperty(HttpReply.PROPERTY, HttpReply.class)
                    .chunk(message.getHeader(Exchange.CONTENT_TYPE, String.class), bytes);
        }
    }
}
