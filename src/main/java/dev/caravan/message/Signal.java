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

    /** Runs all actions on this thread, the first time that it is called. */
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
        due.forEach(Runnable::run);
    }

    synchronized boolean raised() {
        return raised;
    }
}
