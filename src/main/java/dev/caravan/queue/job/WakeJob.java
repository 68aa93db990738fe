package dev.caravan.queue.job;

import dev.caravan.queue.store.JobWakeup;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Has the message of the job that was just created sent. The client does not wait for that: with the job in the store nothing can
 * be lost any more, and a broker that cannot be reached keeps who asks waiting for long. Thread-safe.
 */
public final class WakeJob implements Processor {
    private final JobSender sender;

    public WakeJob(JobSender sender) {
        this.sender = sender;
    }

    @Override
    public void process(Exchange exchange) {
        JobWakeup wakeup = exchange.getProperty(CreateJob.WAKEUP, JobWakeup.class);
        Thread.ofVirtual().name("caravan-job-sender").start(() -> sender.send(wakeup));
    }
}
