package dev.caravan.queue.batch;

import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Cancels the batch in the exchange property {@value FindBatch#BATCH}, which is as it was then. Thread-safe. */
public final class CancelBatch implements Processor {
    private final BatchStore store;

    public CancelBatch(BatchStore store) {
        this.store = store;
    }

    @Override
    public void process(Exchange exchange) {
        Batch batch = exchange.getProperty(FindBatch.BATCH, Batch.class);
        store.cancel(batch);
        exchange.setProperty(FindBatch.BATCH, store.find(batch.id(), batch.owner()).orElse(batch));
    }
}
