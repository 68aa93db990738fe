package dev.caravan.queue.batch;

import dev.caravan.message.Call;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes the body the JSON of the batch in the exchange property {@value FindBatch#BATCH}. How many of its requests have a result, which
 * the API does not tell before the end, is the header {@code caravan-progress} of the reply: {@code 12/2000}. Thread-safe.
 */
public final class DescribeBatch implements Processor {
    /** The exchange property with the address of the gateway as the client reaches it. */
    static final String BASE_URL = "caravanBaseUrl";

    private final BatchStore store;

    public DescribeBatch(BatchStore store) {
        this.store = store;
    }

    @Override
    public void process(Exchange exchange) {
        Batch batch = exchange.getProperty(FindBatch.BATCH, Batch.class);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.getReplyHeaders().put("caravan-progress", store.finished(batch) + "/" + batch.counts().total());
        exchange.getMessage().setBody(BatchJson.batch(batch, exchange.getProperty(BASE_URL, "", String.class)));
    }
}
