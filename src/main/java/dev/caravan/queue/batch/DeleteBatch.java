package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Deletes the batch in the exchange property {@value FindBatch#BATCH}, if it has ended. Thread-safe. */
public final class DeleteBatch implements Processor {
    private final BatchStore store;

    public DeleteBatch(BatchStore store) {
        this.store = store;
    }

    /** @throws ApiException 400 when it has not ended */
    @Override
    public void process(Exchange exchange) {
        Batch batch = exchange.getProperty(FindBatch.BATCH, Batch.class);
        if (!store.delete(batch)) {
            throw ApiException.invalid("", "the batch " + batch.id()
                    + " has not ended; cancel it, and delete it when its processing_status is ended");
        }
        exchange.getMessage().setBody(BatchJson.deleted(batch.id()));
    }
}
