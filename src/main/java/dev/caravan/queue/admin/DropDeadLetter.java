package dev.caravan.queue.admin;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import dev.caravan.queue.PathId;
import dev.caravan.queue.store.DeadLetterStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Deletes the dead letter that the header {@code id} names; its failure stays the result of the request. Thread-safe. */
public final class DropDeadLetter implements Processor {
    private final DeadLetterStore store;

    public DropDeadLetter(DeadLetterStore store) {
        this.store = store;
    }

    /** @throws ApiException 404 when there is none */
    @Override
    public void process(Exchange exchange) {
        long id = id(exchange);
        if (!store.drop(id)) {
            throw unknown(id);
        }
        exchange.getMessage().setBody(MessageJson.write(out -> {
            out.writeStringField("id", String.valueOf(id));
            out.writeStringField("status", "dropped");
        }));
    }

    static long id(Exchange exchange) {
        String id = PathId.of(exchange);
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR, "there is no dead letter \"" + Text.excerpt(id) + "\"");
        }
    }

    static ApiException unknown(long id) {
        return new ApiException(ErrorType.NOT_FOUND_ERROR, "there is no dead letter \"" + id + "\"");
    }
}
