package dev.caravan.pipeline;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Waits for the whole stream in the body and puts the one message in its place, JSON in UTF-8. */
public final class AggregateMessage implements Processor {
    /**
     * @throws ApiException when the stream ends before its message does
     */
    @Override
    public void process(Exchange exchange) {
        MessageAccumulator message = new MessageAccumulator();
        try (EventStream events = exchange.getMessage().getBody(EventStream.class)) {
            while (events.hasNext()) {
                MessageEvent event = events.next();
                if (event != null) {
                    message.add(event);
                }
            }
        }
        if (!message.complete()) {
            throw new ApiException(502, ErrorType.API_ERROR, "the stream ended before the message was complete");
        }
        exchange.getMessage().setBody(message.json());
    }
}
