package dev.caravan.exec;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;

/**
 * Has child processes ended when the Java machine ends, unless the Camel context is just being stopped: that lets streams that are
 * open come to their end first, and ends the processes itself. Thread-safe.
 */
final class AtMachineEnd {
    private static final Duration CONTEXT_BEGINS_TO_STOP = Duration.ofSeconds(1);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final Supplier<CamelContext> context;
    private final BooleanSupplier anyRunning;
    private final Runnable endAll;
    private final Thread hook = new Thread(this::machineEnds, "caravan-exec-at-exit");
    private boolean hooked;

    /**
     * @param context the context that may be stopping, null when there is none
     * @param anyRunning whether there is something to end
     * @param endAll ends all
     */
    AtMachineEnd(Supplier<CamelContext> context, BooleanSupplier anyRunning, Runnable endAll) {
        this.context = context;
        this.anyRunning = anyRunning;
        this.endAll = endAll;
    }

    /**
     * From now on.
     *
     * @return false when the Java machine is ending already
     */
    synchronized boolean hook() {
        try {
            if (!hooked) {
                Runtime.getRuntime().addShutdownHook(hook);
                hooked = true;
            }
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** No longer. */
    synchronized void unhook() {
        try {
            if (hooked) {
                Runtime.getRuntime().removeShutdownHook(hook);
                hooked = false;
            }
        } catch (IllegalStateException e) {
            // It is about to run, and finds nothing to do.
        }
    }

    private void machineEnds() {
        if (!contextStops()) {
            endAll.run();
        }
    }

    /** Whether the context is being stopped, which this may be a moment too early to see. */
    private boolean contextStops() {
        CamelContext owner = context.get();
        long deadline = System.nanoTime() + CONTEXT_BEGINS_TO_STOP.toNanos();
        try {
            while (owner != null && anyRunning.getAsBoolean() && System.nanoTime() < deadline) {
                if (owner.isStopping() || owner.isStopped()) {
                    return true;
                }
                Thread.sleep(GLANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
