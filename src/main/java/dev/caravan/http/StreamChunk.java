package dev.caravan.http;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Sends the body as a further part of a reply of any type, that of the header {@code Content-Type}, and waits while the client does
 * not read. Status 200 and the headers go out before the first part; a reply that fails later is cut off, so that nobody takes what
 * came for the whole.
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
