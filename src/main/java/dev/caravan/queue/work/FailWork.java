package dev.caravan.queue.work;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.Retries;
import dev.caravan.queue.store.ResultType;
import dev.caravan.queue.store.WorkStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of an attempt that has failed. While the provider is overloaded or not there, the failure is thrown on, so that
 * the broker delivers the message again, later, until the request expires; so it is when the attempt was stopped, because its node or
 * its batch was. What may go better another time is thrown on, too; after the last attempt it is the result, and the request is put
 * among the dead letters. Any other failure is the result at once. Thread-safe.
 */
public final class FailWork implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(FailWork.class);

    private final WorkStore store;
    private final int mostAttempts;

    /** @param mostAttempts how often a request is tried */
    public FailWork(WorkStore store, int mostAttempts) {
        this.store = store;
        this.mostAttempts = mostAttempts;
    }

    /** @throws ApiException when the request is to be tried again */
    @Override
    public void process(Exchange exchange) {
        Attempt attempt = exchange.getProperty(Attempt.PROPERTY, Attempt.class);
        attempt.interruption().end();
        Call call = attempt.call();
        ApiException failure = failure(call, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
        boolean stopped = call.getCancellation().cancelled();
        call.getCancellation().cancel(); // what still runs for it
        call.getProgress().failed(failure.type());
        call.getProgress().replied(failure.status());
        call.complete();
        if (stopped || Retries.providerIsAway(failure.type())) {
            store.defer(attempt.work());
            throw failure;
        }
        if (Retries.mayPass(failure.type()) && attempt.number() < mostAttempts) {
            store.fail(attempt.work());
            throw failure;
        }
        byte[] envelope = failure.envelope(call.getRequestId());
        if (Retries.mayPass(failure.type())) {
            store.bury(attempt.work(), envelope, attempt.number(), failure.getMessage());
        } else {
            store.finish(attempt.work(), ResultType.ERRORED, envelope);
        }
    }

    private static ApiException failure(Call call, Exception cause) {
        if (cause instanceof ApiException failure) {
            return failure;
        }
        LOG.error("request {} failed inside Caravan", call.getRequestId(), cause);
        return new ApiException(ErrorType.API_ERROR, "Internal server error");
    }
}
