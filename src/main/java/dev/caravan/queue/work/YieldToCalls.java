package dev.caravan.queue.work;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Has queued work step back while somebody waits for an answer: then only a share of it is done at a time, and what is more waits here.
 * The share is never less than one, so that a batch goes on however busy the doors are. Thread-safe.
 */
public final class YieldToCalls implements Processor {
    /** How long nobody has to have called before all of the work goes on again: calls come one after the other. */
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final IntSupplier activeCalls;
    private final int share;
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicLong lastCall = new AtomicLong(System.nanoTime() - QUIET.toNanos());

    /**
     * @param activeCalls how many calls of others are under way
     * @param share       how many pieces of work may go on beside others' calls, from 1
     */
    public YieldToCalls(IntSupplier activeCalls, int share) {
        this.activeCalls = activeCalls;
        this.share = share;
    }

    /** Waits until this attempt may go on, or is stopped. */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Attempt.PROPERTY, Attempt.class).call();
        while (!enter() && !call.getCancellation().cancelled()) {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                call.getCancellation().cancel();
            }
        }
        if (call.getCancellation().cancelled()) {
            throw new ApiException(ErrorType.OVERLOADED_ERROR, "stopped before it was begun");
        }
        call.onComplete(working::decrementAndGet);
    }

    private boolean enter() {
        if (activeCalls.getAsInt() > 0) {
            lastCall.set(System.nanoTime());
        }
        boolean quiet = System.nanoTime() - lastCall.get() >= QUIET.toNanos();
        int now = working.incrementAndGet();
        if (quiet || now <= share) {
            return true;
        }
        working.decrementAndGet();
        return false;
    }
}
