package dev.caravan.queue.job;

import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Cancels the job; what is over already stays as it is. The node that is at it stops as soon as it sees that. Thread-safe. */
public final class CancelJob implements Processor {
    private final JobStore store;

    public CancelJob(JobStore store) {
        this.store = store;
    }

    @Override
    public void process(Exchange exchange) {
        Job job = exchange.getProperty(FindJob.PROPERTY, Job.class);
        store.cancel(job);
        store.find(job.id(), job.owner()).ifPresent(now -> exchange.setProperty(FindJob.PROPERTY, now));
    }
}
