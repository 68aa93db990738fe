package dev.caravan.message;

/**
 * The way to stop a request from outside: the client left. Whoever holds something that must be given up then (a connection, a
 * child process, a place in a queue) says how by {@link #onCancel}. Thread-safe.
 */
public final class Cancellation {
    private final Signal signal = new Signal();

    /**
     * Has the action run when the request is cancelled, at once when it is already. It runs on the canceller's thread, at most
     * once, and must neither wait nor throw.
     */
    public void onCancel(Runnable action) {
        signal.add(action);
    }

    /** Takes back an action that is no longer needed. */
    public void remove(Runnable action) {
        signal.remove(action);
    }

    /** Cancels the request; later calls do nothing. */
    public void cancel() {
        signal.raise();
    }

    public boolean cancelled() {
        return signal.raised();
    }
}
