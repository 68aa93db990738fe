package dev.caravan.provider.media;

/**
 * Why something was not fetched. What is told the client says nothing that would make Caravan a way to look around where the
 * client cannot: not which addresses a name has, nor what a server answered.
 */
final class FetchFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param message what the client is told
     * @param reason what the log tells; nothing of the URL but its host
     */
    FetchFailure(String message, String reason) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** A failure about which the log has no more to tell than the client. */
    FetchFailure(String message) {
        this(message, message);
    }

    /** What the log tells. */
    String reason() {
        return reason;
    }
}
