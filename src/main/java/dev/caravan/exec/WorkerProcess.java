package dev.caravan.exec;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The operating system's side of a kept process: how it is read, how it is ended, and whether it has died without its reader
 * noticing. Thread-safe, for one thread that reads and one that looks after it.
 */
final class WorkerProcess {
    /** How long the pipe of a process that has ended may stay open, in the hands of one that it has started. */
    private static final long LAST_WORDS = Duration.ofSeconds(1).toNanos();

    private final String name;
    private final LiveInput stdin;
    private volatile Process process;
    private volatile boolean unwanted;
    private volatile boolean waiting;
    private long deadNanos;

    /**
     * @param name the provider's name, for threads
     * @param stdin what it reads, which ends before it is ended
     */
    WorkerProcess(String name, LiveInput stdin) {
        this.name = name;
        this.stdin = stdin;
    }

    /** It has been started, if not too late. */
    void started(Process running) {
        process = running;
        if (unwanted) {
            running.destroyForcibly();
        }
    }

    /** The process, null before it has been started. */
    Process get() {
        return process;
    }

    /** Whether it is being ended, because it should or because it must. */
    boolean unwanted() {
        return unwanted;
    }

    /** Reads on, as {@link InputStream#read(byte[])} does. */
    int read(InputStream stdout, byte[] chunk) throws IOException {
        waiting = true;
        int count = stdout.read(chunk);
        waiting = false;
        return count;
    }

    /** Whether it has died and somebody else holds its pipe, so that its reader waits for nothing. */
    boolean isDeadBehindAnOpenPipe(long now) {
        Process started = process;
        // While its reader is busy with what came there may be more to come, and the end is that one's to tell.
        if (started == null || started.isAlive() || !waiting) {
            deadNanos = 0;
            return false;
        }
        deadNanos = deadNanos == 0 ? now : deadNanos;
        return now - deadNanos > LAST_WORDS;
    }

    /** Waits for its end, and says how it was. */
    String awaitEnd() {
        try {
            return ExitCode.told(process.waitFor());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /**
     * Ends it: it is told so by the end of its stdin, then by SIGTERM, then it is killed.
     *
     * @param grace how long it has each time; zero to kill it at once, also when it is being ended already
     */
    void end(Duration grace) {
        boolean first = !unwanted || grace.isZero();
        unwanted = true;
        stdin.close();
        Process started = process;
        if (started != null && first) {
            Thread.ofVirtual().name("caravan-exec-" + name + "-" + started.pid() + "-end").start(() -> {
                if (!grace.isZero()) {
                    awaitExit(started, grace);
                }
                ProcessTree tree = new ProcessTree(started);
                if (!grace.isZero()) {
                    tree.terminate();
                }
                tree.killAfter(grace);
            });
        }
    }

    private static void awaitExit(Process process, Duration time) {
        try {
            process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
