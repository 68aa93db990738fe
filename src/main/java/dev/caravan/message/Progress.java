package dev.caravan.message;

/**
 * How a call is going: first and last event, tokens, and how it ended. Written by the thread that serves the call, read by any.
 */
public final class Progress {
    private volatile long firstEventNanos;
    private volatile Usage usage = Usage.NONE;
    private volatile String stopReason = "";
    private volatile int status;
    private volatile String upstreamId = "";
    private volatile String error = "";
    private volatile boolean cancelled;

    /** When the provider's first event came, on the clock of {@link System#nanoTime()}; 0 before. */
    public long firstEventNanos() {
        return firstEventNanos;
    }

    /** The tokens known so far. */
    public Usage usage() {
        return usage;
    }

    /** Why the message ended, as on the wire; empty before or when it did not end well. */
    public String stopReason() {
        return stopReason;
    }

    /** The HTTP status of the reply; 0 before it is known. */
    public int status() {
        return status;
    }

    /** The provider's own id of the request, as it sent it; empty when it sent none. */
    public String upstreamId() {
        return upstreamId;
    }

    /** The error type told to the client, empty when there was none. */
    public String error() {
        return error;
    }

    /** Whether the client left before the end. */
    public boolean cancelled() {
        return cancelled;
    }

    /** Marks that the provider has said something; only the first time counts. */
    public void firstEvent() {
        if (firstEventNanos == 0) {
            firstEventNanos = System.nanoTime();
        }
    }

    public void usage(Usage now) {
        usage = now;
    }

    public void stopped(String reason) {
        stopReason = reason;
    }

    public void replied(int httpStatus) {
        status = httpStatus;
    }

    public void upstreamId(String id) {
        upstreamId = id;
    }

    public void failed(ErrorType type) {
        error = type.wireName();
    }

    public void clientLeft() {
        cancelled = true;
    }
}
