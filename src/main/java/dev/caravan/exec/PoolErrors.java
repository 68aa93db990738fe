package dev.caravan.exec;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.time.Duration;

/**
 * What requests for kept processes fail with, in the API's terms.
 *
 * @param provider the provider's name, which every message begins with
 */
record PoolErrors(String provider) {
    /** What a client is told to wait for before it tries a full queue again, in seconds. */
    private static final long QUEUE_RETRY_SECONDS = 5;

    ApiException stopping() {
        return overloaded("is being stopped");
    }

    ApiException full(int waiting) {
        return retryAfter(overloaded(waiting + " requests wait already"), QUEUE_RETRY_SECONDS);
    }

    ApiException waitedTooLong(Duration time) {
        return retryAfter(overloaded("no process was free for " + Seconds.told(time)), QUEUE_RETRY_SECONDS);
    }

    ApiException tooSlow() {
        return failure("the answer was not read as fast as it was written, and more than "
                + PooledRequest.MAX_AHEAD / 1024 / 1024 + " MB of it were waiting");
    }

    ApiException timeout(String problem) {
        return new ApiException(ErrorType.TIMEOUT_ERROR, told(problem));
    }

    ApiException failure(String problem) {
        return new ApiException(502, ErrorType.API_ERROR, told(problem));
    }

    private ApiException overloaded(String problem) {
        return new ApiException(ErrorType.OVERLOADED_ERROR, told(problem));
    }

    private String told(String problem) {
        return "provider " + provider + ": " + problem;
    }

    /** The same failure for one more request, which may be tried again after this time. */
    static ApiException again(ApiException why, Duration after) {
        return retryAfter(new ApiException(why.status(), why.type(), why.getMessage()),
                Math.max(1, after.plusMillis(999).toSeconds()));
    }

    private static ApiException retryAfter(ApiException why, long seconds) {
        return why.header("retry-after", Long.toString(seconds));
    }
}
