package dev.caravan.queue.work;

import dev.caravan.queue.store.ResultType;
import dev.caravan.queue.store.WorkStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Writes the body, the JSON of a message, as the result of the request. Thread-safe. */
public final class FinishWork implements Processor {
    private final WorkStore store;

    public FinishWork(WorkStore store) {
        this.store = store;
    }

    @Override
    public void process(Exchange exchange) {
        Attempt attempt = exchange.getProperty(Attempt.PROPERTY, Attempt.class);
        attempt.interruption().end();
        byte[] message = exchange.getMessage().getBody(byte[].class);
        store.finish(attempt.work(), ResultType.SUCCEEDED, message);
        attempt.call().getProgress().replied(200);
        attempt.call().complete();
    }
}
