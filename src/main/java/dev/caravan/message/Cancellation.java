package dev.caravan.message;

import java.util.ArrayList;
import java.util.List;

/**
 * The way to stop a request from outside: the client left. Whoever holds something that must be given up then (a connection, a
 * child process, a place in a queue) says how by {@link #onCancel}. Thread-safe.
 */
public final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>(2);
    private boolean cancelled;

    /**
     * Has the action run when the request is cancelled, at once when it is already. It runs on the canceller's thread, at most
     * once, and must neither wait nor throw.
     */
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    /** Takes back an action that is no longer needed. */
    public synchronized void remove(Runnable action) {
        actions.remove(action);
    }

    /** Cancels the request; later calls do nothing. */
    public void cancel() {
        List<Runnable> due;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }

    public synchronized boolean cancelled() {
        return cancelled;
    }
}
