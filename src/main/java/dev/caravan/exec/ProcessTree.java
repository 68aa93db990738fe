package dev.caravan.exec;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A process and what it has started, to be ended together. Known are the descendants at the moment of asking; one whose parent
 * has died before belongs to nobody that can be found, and ends when it next writes to a pipe that has no reader any more.
 * Not thread-safe.
 */
final class ProcessTree {
    /** How long a process may take to end by itself before it is killed. */
    static final Duration GRACE = Duration.ofSeconds(1);

    private static final Duration GLANCE = Duration.ofMillis(10);

    private final Set<ProcessHandle> family = new LinkedHashSet<>();

    /** The process and its descendants of now. */
    ProcessTree(Process process) {
        // By its handle: Process.destroy() would close the pipes under the threads that read them.
        family.add(process.toHandle());
        process.descendants().forEach(family::add);
    }

    /** Asks all to end, on POSIX by SIGTERM. */
    void terminate() {
        family.forEach(ProcessHandle::destroy);
    }

    /** Waits until all have ended, then kills those that have not, and what they have started meanwhile. */
    void killAfter(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (alive() && System.nanoTime() < deadline) {
                Thread.sleep(GLANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (ProcessHandle member : Set.copyOf(family)) {
            member.descendants().forEach(family::add);
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }

    private boolean alive() {
        return family.stream().anyMatch(ProcessHandle::isAlive);
    }
}
