package dev.caravan.http;

import dev.caravan.message.MessageEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Sends the body, one event of a message, to the client that waits for the stream. */
public final class StreamEvent implements Processor {
    @Override
    public void process(Exchange exchange) throws Exception {
        if (exchange.getMessage().getBody() instanceof MessageEvent event) {
            exchange.getProperty(HttpReply.PROPERTY, HttpReply.class).event(event);
        }
    }
}
