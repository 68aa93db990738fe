package dev.caravan.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * What a process writes, as a stream that is read while it is being written. One thread reads, which may be a virtual one;
 * {@link #close()} is for any thread, neither waits nor throws, and wakes a reader that waits.
 */
abstract class LiveOutput extends InputStream {
    private final OutputBuffer output;

    LiveOutput(OutputBuffer output) {
        this.output = output;
    }

    /**
     * Takes what is there, waiting for it.
     *
     * @return how many bytes, at least one; -1 at the end
     */
    abstract int take(byte[] target, int offset, int length) throws IOException, InterruptedException;

    @Override
    public abstract void close();

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            return take(target, offset, length);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the process");
        }
    }

    @Override
    public int available() {
        return output.available();
    }
}
