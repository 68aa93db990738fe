package dev.caravan.cli;

import java.util.List;

/**
 * Closes things when the process is told to end (Ctrl-C, SIGTERM), until it is cancelled: from then on who opened the things
 * closes them.
 */
final class AtExit {
    private final Thread hook;

    private AtExit(Thread hook) {
        this.hook = hook;
    }

    /** Closes these in this order; what one throws does not keep the next from being closed. */
    static AtExit close(AutoCloseable... resources) {
        List<AutoCloseable> all = List.of(resources);
        Thread hook = new Thread(() -> all.forEach(AtExit::close), "caravan-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return new AtExit(hook);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // The process ends either way.
        }
    }

    /** Closes nothing any more, unless the process is ending already. */
    void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook at work.
        }
    }
}
