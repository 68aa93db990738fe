package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import dev.caravan.queue.PathId;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Finds the batch that the path names, in the header {@code id}: it is the exchange property {@value #BATCH} then. Batches of other keys
 * are not there. Thread-safe.
 */
public final class FindBatch implements Processor {
    /** The exchange property that holds the {@link Batch}. */
    public static final String BATCH = "caravanBatch";

    private final BatchStore store;

    public FindBatch(BatchStore store) {
        this.store = store;
    }

    /** @throws ApiException 404 when there is none */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String id = PathId.of(exchange);
        exchange.setProperty(BATCH, store.find(id, call.getClient()).orElseThrow(() -> new ApiException(
                ErrorType.NOT_FOUND_ERROR, "there is no batch \"" + Text.excerpt(id) + "\"")));
    }
}
