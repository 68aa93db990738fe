package dev.caravan.queue.request;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Ends an answer that streams, after its last event. Thread-safe. */
public final class EndEvents implements Processor {
    /** @throws ApiException when the stream of events has ended without the end of its message */
    @Override
    public void process(Exchange exchange) {
        if (!exchange.getProperty(EventReplies.PROPERTY, EventReplies.class).ended()) {
            throw new ApiException(502, ErrorType.API_ERROR, "the stream ended before the message was complete");
        }
        Call call = JmsRequest.of(exchange).call();
        call.getProgress().replied(200);
        call.complete();
    }
}
