package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Refuses calls to a door that is there only with some section of {@code caravan.yaml}, and says which. Thread-safe. */
public final class NotConfigured implements Processor {
    private String message = "not configured";

    /** What the client is told: what there is not, and what brings it. */
    public void setMessage(String message) {
        this.message = message;
    }

    /** @throws ApiException 404, always */
    @Override
    public void process(Exchange exchange) {
        throw new ApiException(ErrorType.NOT_FOUND_ERROR, message);
    }
}
