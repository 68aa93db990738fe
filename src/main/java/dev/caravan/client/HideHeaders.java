package dev.caravan.client;

import java.util.HashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Lays the route's headers aside while a gateway is asked: they are no business of the gateway's. Thread-safe. */
public final class HideHeaders implements Processor {
    /** The exchange property that keeps them. */
    static final String PROPERTY = "caravanHiddenHeaders";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        exchange.setProperty(PROPERTY, new HashMap<>(message.getHeaders()));
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setHeader("anthropic-version", "2023-06-01");
    }
}
