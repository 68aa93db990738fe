package dev.caravan.pipeline;

import dev.caravan.config.Units;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.Text;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Waits for the whole stream in the body and puts the one message in its place, JSON in UTF-8. */
public final class AggregateMessage implements Processor {
    private long maxSize = MessageAccumulator.MOST_BYTES;

    /**
     * The most bytes of a message, such as {@code 32MB}, which is the default; counted in its characters.
     *
     * @throws IllegalArgumentException when the text is no size
     */
    public void setMaxSize(String size) {
        maxSize = Units.size(size).orElseThrow(
                () -> new IllegalArgumentException("expected a size such as 32MB, found " + Text.excerpt(size)));
    }

    /**
     * @throws ApiException when the stream ends before its message does, or the message is larger than allowed
     */
    @Override
    public void process(Exchange exchange) {
        MessageAccumulator message = new MessageAccumulator(maxSize);
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
