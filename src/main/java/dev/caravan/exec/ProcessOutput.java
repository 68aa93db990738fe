package dev.caravan.exec;

import dev.caravan.message.ApiException;
import java.io.IOException;
import java.time.Duration;

/**
 * The live stdout of a child process. Reading waits for the process and, when the reader stops, the process is stopped by its
 * full pipe. The end of the stream means that stdout ended and the process exited with code 0; every other end is an exception.
 *
 * <p>
 * {@link #read()} throws, behind the last byte that the process has written:
 * <ul>
 * <li>{@link ApiException} 502 {@code api_error} when the process exited with another code or died of a signal; what it said on
 * stderr is in the log,
 * <li>{@link ApiException} 504 {@code timeout_error} when it wrote nothing for the idle time-out while the reader waited, or ran
 * longer than the total time-out; it is killed then,
 * <li>{@link IOException} when the stream was closed.
 * </ul>
 * One thread reads, which may be a virtual one. {@link #close()} is for any thread.
 */
public final class ProcessOutput extends LiveOutput {
    private final ChildProcess child;
    private final Duration idleTimeout;

    ProcessOutput(ChildProcess child, Duration idleTimeout) {
        super(child.output());
        this.child = child;
        this.idleTimeout = idleTimeout;
    }

    @Override
    int take(byte[] target, int offset, int length) throws IOException, InterruptedException {
        int count = child.output().take(target, offset, length, idleTimeout.toNanos());
        if (count == OutputBuffer.NOTHING_YET) {
            child.fail(child.silence(idleTimeout));
            // The process may have ended by itself in this moment: then that is the end.
            count = child.output().take(target, offset, length, 0);
        }
        return count;
    }

    /**
     * Ends the process with all that it has started: SIGTERM, and SIGKILL a second later for what is left. Returns at once and
     * never throws; any thread, any number of times. A reader that waits is woken.
     */
    @Override
    public void close() {
        child.close();
    }
}
