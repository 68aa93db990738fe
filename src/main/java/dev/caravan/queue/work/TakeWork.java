package dev.caravan.queue.work;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.store.Wakeup;
import dev.caravan.queue.store.Work;
import dev.caravan.queue.store.WorkStore;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Fetches the request that a wake-up stands for: the body is the request then, and a call is begun for it. When there is nothing to
 * do the exchange has no {@link Attempt}; when the message is none of Caravan's own it has the property {@value #STRANGE}. A request
 * whose attempts all ended without a word, which is what it looks like when it takes the process down with it, is given up. So it looks
 * for those, too, that were at hand beside it: the last attempt of each is made while nothing else is at hand. Thread-safe.
 */
public final class TakeWork implements Processor {
    /** The exchange property that is true for a message that somebody else has sent. */
    static final String STRANGE = "caravanStrange";

    private final WorkStore store;
    private final WorkInHand inHand;
    private final int mostAttempts;
    private final Company company = new Company();

    /** @param mostAttempts how often a request is tried */
    public TakeWork(WorkStore store, WorkInHand inHand, int mostAttempts) {
        this.store = store;
        this.inHand = inHand;
        this.mostAttempts = mostAttempts;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Wakeup wakeup = WakeupMessage.read(message).orElse(null);
        if (wakeup == null) {
            exchange.setProperty(STRANGE, true);
            return;
        }
        boolean again = message.getHeader("JMSXDeliveryCount", 1, Integer.class) > 1;
        Optional<Work> found = store.take(wakeup);
        if (found.isEmpty()) {
            return;
        }
        Work work = found.get();
        int number = Math.max(0, work.retries() + (again ? 1 : 0)) + 1;
        if (number > mostAttempts) {
            giveUp(work, number - 1);
            return;
        }
        boolean suspect = again && !work.failed() && number == mostAttempts;
        Runnable leave = suspect ? company.beAlone() : company.join();
        try {
            if (again) {
                store.retry(work);
            }
        } catch (RuntimeException e) {
            leave.run();
            throw e;
        }
        begin(exchange, work, number).onComplete(leave);
    }

    private void giveUp(Work work, int attempts) {
        String reason = "none of " + attempts + " attempts came to an end; the gateway was stopped, or died, in each";
        store.bury(work, new ApiException(ErrorType.API_ERROR, reason).envelope(new Call().getRequestId()), attempts,
                reason);
    }

    private Call begin(Exchange exchange, Work work, int number) {
        Call call = new Call();
        call.setClient(work.owner());
        call.setVersion(work.version());
        call.setBetas(work.betas());
        Attempt attempt = new Attempt(work, number, call, new Interruption());
        inHand.add(attempt);
        call.onComplete(() -> inHand.remove(attempt));
        call.getCancellation().onCancel(attempt.interruption()::interrupt);
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(Attempt.PROPERTY, attempt);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "BATCH");
        message.setHeader(Exchange.HTTP_PATH, work.batchId() + "/" + work.customId());
        message.setBody(work.params());
        return call;
    }
}
