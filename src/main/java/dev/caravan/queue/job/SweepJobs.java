package dev.caravan.queue.job;

import dev.caravan.queue.store.JobDispatchStore;
import dev.caravan.queue.store.JobWakeup;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Sends the messages of jobs that have none, ends jobs whose time is over, deletes old ones. Called from time to time, by one thread
 * of each node.
 */
public final class SweepJobs implements Processor {
    private final JobDispatchStore store;
    private final JobSender sender;
    private final Clock clock;
    private Duration retention = Duration.ofDays(29);

    public SweepJobs(JobDispatchStore store, JobSender sender, Clock clock) {
        this.store = store;
        this.sender = sender;
        this.clock = clock;
    }

    /** How long after its creation a job that is over is deleted; 29 days by default. */
    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    @Override
    public void process(Exchange exchange) {
        store.expire();
        store.delete(clock.instant().minus(retention));
        for (List<JobWakeup> wakeups = store.mark(); !wakeups.isEmpty(); wakeups = store.mark()) {
            for (JobWakeup wakeup : wakeups) {
                if (!sender.send(wakeup)) {
                    return; // no broker: what is left has time until there is one
                }
            }
        }
    }
}
