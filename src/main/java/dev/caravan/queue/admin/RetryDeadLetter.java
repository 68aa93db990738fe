package dev.caravan.queue.admin;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.store.DeadLetterStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Has the dead letter that the header {@code id} names tried again. Thread-safe. */
public final class RetryDeadLetter implements Processor {
    private final DeadLetterStore store;

    public RetryDeadLetter(DeadLetterStore store) {
        this.store = store;
    }

    /** @throws ApiException 404 when there is none, 409 when its batch has ended */
    @Override
    public void process(Exchange exchange) {
        long id = DropDeadLetter.id(exchange);
        switch (store.retry(id)) {
            case QUEUED -> exchange.getMessage().setBody(MessageJson.write(out -> {
                out.writeStringField("id", String.valueOf(id));
                out.writeStringField("status", "queued");
            }));
            case TOO_LATE -> throw new ApiException(ErrorType.CONFLICT_ERROR,
                    "the batch of this dead letter has ended, and its results stay as they are; send the request anew");
            case UNKNOWN -> throw DropDeadLetter.unknown(id);
        }
    }
}
