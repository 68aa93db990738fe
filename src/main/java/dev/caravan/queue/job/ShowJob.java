package dev.caravan.queue.job;

import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobState;
import dev.caravan.queue.store.JobStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The job as JSON, with what it came to. Thread-safe. */
public final class ShowJob implements Processor {
    private final JobStore store;

    public ShowJob(JobStore store) {
        this.store = store;
    }

    @Override
    public void process(Exchange exchange) {
        Job job = exchange.getProperty(FindJob.PROPERTY, Job.class);
        boolean answered = job.state() == JobState.SUCCEEDED || job.state() == JobState.ERRORED;
        exchange.getMessage().setBody(JobJson.of(job, answered ? store.result(job).orElse(null) : null));
    }
}
