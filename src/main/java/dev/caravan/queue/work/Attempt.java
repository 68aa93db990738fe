package dev.caravan.queue.work;

import dev.caravan.message.Call;
import dev.caravan.queue.store.Work;

/**
 * One attempt to answer a queued request; the exchange property {@value #PROPERTY} of the exchange that does.
 *
 * @param number 1 for the first one; those that found the provider not there do not count
 * @param call   the call that it is for the rest of the gateway
 * @param interruption ends its wait for the provider
 */
public record Attempt(Work work, int number, Call call, Interruption interruption) {
    /** The name of the exchange property. */
    public static final String PROPERTY = "caravanAttempt";
}
