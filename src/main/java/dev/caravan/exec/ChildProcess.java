package dev.caravan.exec;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running child process that answers one request, and the thread that takes its output. */
final class ChildProcess {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final int CHUNK = 8 * 1024;

    private final String name;
    private final Process process;
    private final ProcessSlots.Slot slot;
    private final ChildPipes pipes;
    private final OutputBuffer output = new OutputBuffer();
    private final AtomicBoolean ending = new AtomicBoolean();

    ChildProcess(String name, Process process, ProcessSlots.Slot slot) {
        this.name = name;
        this.process = process;
        this.slot = slot;
        this.pipes = new ChildPipes(name, process);
    }

    /**
     * Starts the threads.
     *
     * @param input what the process reads on stdin, null for nothing
     * @param totalMillis the longest life of the process in milliseconds, {@link Long#MAX_VALUE} for no limit
     */
    void serve(InputStream input, long totalMillis) {
        pipes.logStderr(StderrLog.Bounds.OF_ONE_REQUEST);
        pipes.feed(input);
        pipes.thread("stdout", this::pumpStdout).start();
        if (totalMillis != Long.MAX_VALUE) {
            Thread.ofVirtual().name(pipes.threadName("time-out")).start(() -> endAfter(totalMillis));
        }
    }

    OutputBuffer output() {
        return output;
    }

    /** Ends the process with all it has started and drops what it has written. Returns at once; any thread, any number of times. */
    void close() {
        output.abandon();
        end();
    }

    /** Ends the process because of this failure, which its reader is told behind what the process has written so far. */
    void fail(ApiException why) {
        output.end(why);
        end();
    }

    private void end() {
        if (process.isAlive() && ending.compareAndSet(false, true)) {
            slot.ending();
            Thread.ofVirtual().name(pipes.threadName("end")).start(() -> {
                ProcessTree tree = new ProcessTree(process);
                tree.terminate();
                tree.killAfter(ProcessTree.GRACE);
            });
        }
    }

    Process process() {
        return process;
    }

    private void pumpStdout() {
        byte[] chunk = new byte[CHUNK];
        try {
            try (InputStream stdout = process.getInputStream()) {
                int count = stdout.read(chunk);
                while (count >= 0 && output.put(chunk, count)) {
                    count = stdout.read(chunk);
                }
            } catch (IOException e) {
                // A broken pipe has ended; the exit code tells how.
            }
            int exit = process.waitFor();
            // Before the reader hears of the end: it may be asked for the next process at once.
            slot.release();
            output.end(exit == 0 ? null : failure(exit));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private ApiException failure(int exit) {
        String how = ExitCode.told(exit);
        if (!ending.get()) {
            LOG.warn("{}[{}] {}", name, process.pid(), how);
        }
        // What it said on stderr is in the log alone: it is full of paths and may repeat what the process was asked.
        return new ApiException(502, ErrorType.API_ERROR, "provider " + name + ": the process " + how);
    }

    private void endAfter(long totalMillis) {
        try {
            if (!process.waitFor(totalMillis, TimeUnit.MILLISECONDS)) {
                fail(timeout("the process ran longer than " + Seconds.told(Duration.ofMillis(totalMillis))));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /** The failure of a reader that has waited this long in vain. */
    ApiException silence(Duration waited) {
        return timeout("the process wrote nothing for " + Seconds.told(waited));
    }

    private ApiException timeout(String problem) {
        return new ApiException(ErrorType.TIMEOUT_ERROR, "provider " + name + ": " + problem);
    }
}
