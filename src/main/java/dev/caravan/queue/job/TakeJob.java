package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.queue.store.JobWakeup;
import dev.caravan.queue.store.JobWork;
import dev.caravan.queue.store.JobWorkStore;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Begins an attempt at the job that a wake-up stands for: the body is its request then, and a call is begun for it. When there is
 * nothing to do the exchange has no {@link JobAttempt}. A job whose attempts all ended without a word, which is what it looks like
 * when it takes the process down with it, is given up. Thread-safe.
 */
public final class TakeJob implements Processor {
    private final JobWorkStore store;
    private final JobWatch watch;
    private final int mostAttempts;
    private long maxSize = MessageAccumulator.MOST_BYTES;

    /** @param mostAttempts how often a job is tried */
    public TakeJob(JobWorkStore store, JobWatch watch, int mostAttempts) {
        this.store = store;
        this.watch = watch;
        this.mostAttempts = mostAttempts;
    }

    /** How many bytes a message may have; 32 MB by default. */
    public void setMaxSize(long maxSize) {
        this.maxSize = maxSize;
    }

    /** @throws InvalidPayloadException for a message that somebody else has sent; the broker puts it among the dead letters */
    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        Message message = exchange.getMessage();
        JobWakeup wakeup = WakeupMessage.read(message);
        int deliveries = message.getHeader("JMSXDeliveryCount", 1, Integer.class);
        Optional<JobWork> work = store.take(wakeup);
        if (work.isEmpty()) {
            return;
        }
        int number = Math.max(1, deliveries - work.get().deferred());
        if (number > mostAttempts) {
            giveUp(work.get(), number - 1);
        } else {
            begin(exchange, work.get(), number);
        }
    }

    private void giveUp(JobWork work, int attempts) {
        String reason = "none of " + attempts + " attempts came to an end; the gateway was stopped, or died, in each";
        store.bury(work, new ApiException(ErrorType.API_ERROR, reason).envelope(new Call().getRequestId()), attempts,
                reason);
    }

    private void begin(Exchange exchange, JobWork work, int number) {
        Call call = new Call();
        call.setClient(work.owner());
        call.setVersion(work.version());
        call.setBetas(work.betas());
        JobAttempt attempt = new JobAttempt(work, number, call, new EventRecorder(work, store, watch, maxSize));
        watch.begun(attempt);
        call.onComplete(() -> watch.over(attempt));
        // What waits for a provider that has not answered yet gives up when its thread is interrupted.
        Thread worker = Thread.currentThread();
        Runnable interrupt = worker::interrupt;
        call.getCancellation().onCancel(interrupt);
        call.onComplete(() -> call.getCancellation().remove(interrupt));
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(JobAttempt.PROPERTY, attempt);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "JOB");
        message.setHeader(Exchange.HTTP_PATH, work.id());
        message.setBody(work.request());
    }
}
