package dev.caravan.message;

import java.util.ArrayList;
import java.util.List;

/** Something that happens once, and who wants to know. Thread-safe. */
final class Signal {
    private final List<Runnable> actions = new ArrayList<>(2);
    private boolean raised;

    /** Has the action run when the signal is raised, at once when it has been. */
    void add(Runnable action) {
        synchronized (this) {
            if (!raised) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    synchronized void remove(Runnable action) {
        actions.remove(action);
    }

    /**
     * Runs all actions on this thread, the first time that it is called. One that throws does not keep the others from running;
     * the first failure is thrown when all have run.
     */
    void raise() {
        List<Runnable> due;
        synchronized (this) {
            if (raised) {
                return;
            }
            raised = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        RuntimeException failure = null;
        for (Runnable action : due) {
            try {
                action.run();
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    synchronized boolean raised() {
        return raised;
    }
}
