package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.Retries;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobState;
import dev.caravan.queue.store.JobWork;
import dev.caravan.queue.store.JobWorkStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of an attempt that has failed. While the provider is overloaded or not there, the failure is thrown on, so that
 * the broker delivers the message again, later, until the job expires. What may go better another time is thrown on, too; after the
 * last attempt it is the result, and the request is put among the dead letters. Any other failure is the result at once. When the job
 * is over, or another node is at it, nothing is left to be done. Thread-safe.
 */
public final class FailJob implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(FailJob.class);

    private final JobWorkStore store;
    private final JobWatch watch;
    private final int mostAttempts;

    /** @param mostAttempts how often a job is tried */
    public FailJob(JobWorkStore store, JobWatch watch, int mostAttempts) {
        this.store = store;
        this.watch = watch;
        this.mostAttempts = mostAttempts;
    }

    /** @throws ApiException when the job is to be tried again */
    @Override
    public void process(Exchange exchange) {
        JobAttempt attempt = exchange.getProperty(JobAttempt.PROPERTY, JobAttempt.class);
        attempt.interruption().end();
        Call call = attempt.call();
        ApiException failure = failure(call, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
        boolean stopped = call.getCancellation().cancelled();
        call.getCancellation().cancel(); // what still runs for it
        call.getProgress().failed(failure.type());
        call.getProgress().replied(failure.status());
        call.complete();
        attempt.recorder().abandon();
        JobWork work = attempt.work();
        boolean deferred = stopped || Retries.providerIsAway(failure.type());
        if (deferred || Retries.mayPass(failure.type()) && attempt.number() < mostAttempts) {
            if (deferred ? store.defer(work) : store.again(work)) {
                watch.tell(work.job(), new JobProgress(JobState.QUEUED, work.attempt() + 1, 0));
                throw failure;
            }
        } else if (settle(attempt, failure)) {
            watch.tell(work.job(),
                    new JobProgress(JobState.ERRORED, work.attempt(), attempt.recorder().written()));
        }
    }

    private boolean settle(JobAttempt attempt, ApiException failure) {
        byte[] envelope = failure.envelope(attempt.call().getRequestId());
        return Retries.mayPass(failure.type())
                ? store.bury(attempt.work(), envelope, attempt.number(), failure.getMessage())
                : store.fail(attempt.work(), envelope);
    }

    private static ApiException failure(Call call, Exception cause) {
        if (cause instanceof ApiException failure) {
            return failure;
        }
        if (call.getCancellation().cancelled()) {
            LOG.debug("request {} was stopped", call.getRequestId(), cause);
        } else {
            LOG.error("request {} failed inside Caravan", call.getRequestId(), cause);
        }
        return new ApiException(ErrorType.API_ERROR, "Internal server error");
    }
}
