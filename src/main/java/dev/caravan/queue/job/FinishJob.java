package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.store.JobEvent;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobState;
import dev.caravan.queue.store.JobWork;
import dev.caravan.queue.store.JobWorkStore;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Writes the message that the events make as the result of the job. Thread-safe. */
public final class FinishJob implements Processor {
    private final JobWorkStore store;
    private final JobWatch watch;

    public FinishJob(JobWorkStore store, JobWatch watch) {
        this.store = store;
        this.watch = watch;
    }

    /** @throws ApiException when the stream of events has ended without the end of its message */
    @Override
    public void process(Exchange exchange) {
        JobAttempt attempt = exchange.getProperty(JobAttempt.PROPERTY, JobAttempt.class);
        byte[] message = attempt.recorder().message();
        if (message == null) {
            throw new ApiException(502, ErrorType.API_ERROR, "the stream ended before the message was complete");
        }
        List<JobEvent> rest = attempt.recorder().close();
        JobWork work = attempt.work();
        if (store.succeed(work, rest, message)) {
            int events = rest.isEmpty() ? attempt.recorder().written() : rest.getLast().seq();
            watch.tell(work.job(), new JobProgress(JobState.SUCCEEDED, work.attempt(), events));
        }
        attempt.call().getProgress().replied(200);
        attempt.call().complete();
    }
}
