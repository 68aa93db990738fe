package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.Cancellation;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.store.Batch;
import dev.caravan.queue.store.BatchResult;
import dev.caravan.queue.store.BatchState;
import dev.caravan.queue.store.BatchStore;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes the body an iterator over the results of the batch in the exchange property {@value FindBatch#BATCH}: JSON lines in UTF-8,
 * many to each {@code byte[]}. They are read from the store while the client takes them. Thread-safe, the iterator is not.
 */
public final class ReadResults implements Processor {
    private static final int FIRST_ROWS = 8;
    private static final int MOST_ROWS = 500;
    /** About how many bytes are read at a time: an answer may have a hundred bytes, or many megabytes. */
    private static final int BYTES = 1 << 20;

    private final BatchStore store;

    public ReadResults(BatchStore store) {
        this.store = store;
    }

    /** @throws ApiException 400 before the end of the batch, 404 when its results have been deleted */
    @Override
    public void process(Exchange exchange) {
        Batch batch = exchange.getProperty(FindBatch.BATCH, Batch.class);
        if (batch.state() != BatchState.ENDED) {
            throw ApiException.invalid("", "the batch " + batch.id()
                    + " has no results yet; they are there when its processing_status is ended");
        }
        if (batch.archivedAt() != null) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR,
                    "the results of the batch " + batch.id() + " have been deleted, at " + batch.archivedAt());
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        exchange.getMessage().setBody(new Lines(batch, call.getCancellation()));
    }

    /** Has no more when the call is cancelled or reading has failed: a split would go on to the last of them for nobody. */
    private final class Lines implements Iterator<byte[]> {
        private final Batch batch;
        private final Cancellation cancellation;
        private int rows = FIRST_ROWS;
        private List<BatchResult> results;

        private Lines(Batch batch, Cancellation cancellation) {
            this.batch = batch;
            this.cancellation = cancellation;
            this.results = store.results(batch, "", rows);
        }

        @Override
        public boolean hasNext() {
            return !results.isEmpty() && !cancellation.cancelled();
        }

        @Override
        public byte[] next() {
            if (results.isEmpty()) {
                throw new NoSuchElementException();
            }
            List<BatchResult> read = results;
            results = List.of(); // should what follows throw
            ByteArrayOutputStream lines = new ByteArrayOutputStream(64 * 1024);
            read.forEach(result -> BatchJson.appendResult(result, lines));
            long fitting = (long) BYTES * read.size() / lines.size();
            rows = Math.clamp(fitting, 1, Math.min(4 * rows, MOST_ROWS));
            results = store.results(batch, read.getLast().customId(), rows);
            return lines.toByteArray();
        }
    }
}
