package dev.caravan.pipeline;

import dev.caravan.message.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Stops what still runs for the call: the upstream's connection is aborted or its process ended, and the stream of events is over.
 * Does nothing when nothing runs. Thread-safe.
 */
public final class CancelCall implements Processor {
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (call != null) {
            call.getCancellation().cancel();
        }
    }
}
