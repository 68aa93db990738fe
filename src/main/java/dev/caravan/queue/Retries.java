package dev.caravan.queue;

import dev.caravan.message.ErrorType;

/** Which failures of queued work are worth another attempt. */
public final class Retries {
    private Retries() {}

    /** Whether the provider is overloaded or not there: such an attempt says nothing about its request. */
    public static boolean providerIsAway(ErrorType type) {
        return switch (type) {
            case RATE_LIMIT_ERROR, OVERLOADED_ERROR -> true;
            default -> false;
        };
    }

    /** Whether the attempt has failed in a way that another one may not. */
    public static boolean mayPass(ErrorType type) {
        return switch (type) {
            case API_ERROR, TIMEOUT_ERROR -> true;
            default -> false;
        };
    }
}
