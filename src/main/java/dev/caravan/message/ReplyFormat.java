package dev.caravan.message;

/**
 * How a door speaks to its client where it does not tell a message: of failures, and when nothing happens. The methods as they
 * stand here are those of the Messages API. Implementations are thread-safe.
 */
public interface ReplyFormat {
    /** The format of the Messages API. */
    ReplyFormat MESSAGES_API = new ReplyFormat() {
    };

    /** The HTTP status of a reply that tells this failure. */
    default int status(ApiException failure) {
        return failure.status();
    }

    /**
     * The body of a reply that tells this failure, JSON in UTF-8 on one line.
     *
     * @param requestId the id of the request that failed, as in the {@code request-id} header
     */
    default byte[] envelope(ApiException failure, String requestId) {
        return failure.envelope(requestId);
    }

    /** The name of the event that tells a failure in a stream that has begun; empty when such events have no names. */
    default String errorEvent() {
        return "error";
    }

    /** Whether a stream takes events of the Messages API that Caravan makes to keep it alive; otherwise it takes comments. */
    default boolean takesMessageEvents() {
        return true;
    }
}
