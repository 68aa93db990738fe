package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchStore;
import dev.caravan.queue.store.NewBatch;
import dev.caravan.queue.store.NewRequest;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Creates a batch of the requests in the body, which is read as it arrives: all of them are in the store then, or none. The batch is
 * the exchange property {@value FindBatch#BATCH}. Thread-safe.
 */
public final class CreateBatch implements Processor {
    private static final int MAX_BETAS = 4_000;

    private final BatchStore store;
    private final UnaryOperator<String> lanes;
    private Duration life = Duration.ofHours(24);

    /** @param lanes the queue that requests of a model go to; the model may be null, and need not be one that there is */
    public CreateBatch(BatchStore store, UnaryOperator<String> lanes) {
        this.store = store;
        this.lanes = lanes;
    }

    /** After which time requests without a result expire; 24 hours by default. */
    public void setLife(Duration life) {
        this.life = life;
    }

    /** @throws ApiException 400 or 413 when the batch breaks a rule */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (String.join(",", call.getBetas()).length() > MAX_BETAS) {
            throw ApiException.invalid("anthropic-beta",
                    "longer than the " + MAX_BETAS + " characters that a batch keeps");
        }
        NewBatch header = new NewBatch(call.getClient(), call.getVersion(), call.getBetas(), life);
        InputStream body = exchange.getMessage().getBody(InputStream.class);
        try (BatchReader requests = new BatchReader(body)) {
            Batch batch = store.create(header, new Routed(requests));
            exchange.setProperty(FindBatch.BATCH, batch);
        }
    }

    /** The requests, each with the queue that it goes to. */
    private final class Routed implements Iterator<NewRequest> {
        private final Iterator<BatchRequest> requests;

        private Routed(Iterator<BatchRequest> requests) {
            this.requests = requests;
        }

        @Override
        public boolean hasNext() {
            return requests.hasNext();
        }

        @Override
        public NewRequest next() {
            BatchRequest request = requests.next();
            return new NewRequest(request.customId(), lanes.apply(request.model()), request.params());
        }
    }
}
