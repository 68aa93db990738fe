package dev.caravan.queue.work;

import dev.caravan.queue.store.BatchStore;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Deletes the results of old batches. Called from time to time; several nodes may do it at once. */
public final class CleanUp implements Processor {
    private final BatchStore batches;
    private final Clock clock;
    private Duration retention = Duration.ofDays(29);

    public CleanUp(BatchStore batches, Clock clock) {
        this.batches = batches;
        this.clock = clock;
    }

    /** How long after a batch was created its results are kept; 29 days by default. */
    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    @Override
    public void process(Exchange exchange) {
        batches.archive(clock.instant().minus(retention));
    }
}
