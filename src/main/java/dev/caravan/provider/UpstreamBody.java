package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.io.EofSensorInputStream;

/**
 * The body of an upstream's HTTP reply while it arrives. One thread reads; {@link #abort} may come from any. Either
 * {@link #release} or {@link #abort} ends it.
 */
final class UpstreamBody {
    private static final Duration DRAIN = Duration.ofMillis(200);

    private final String provider;
    private final InputStream in;
    private final SilenceWatch watch;
    private final AtomicBoolean aborted = new AtomicBoolean();
    private volatile boolean exhausted;

    /**
     * @param in null when the reply has no body
     * @param idle the longest silence of the upstream
     */
    UpstreamBody(String provider, InputStream in, Duration idle) {
        this.provider = provider;
        this.in = in == null ? InputStream.nullInputStream() : in;
        this.watch = new SilenceWatch(idle, this::abort);
    }

    String provider() {
        return provider;
    }

    boolean aborted() {
        return aborted.get();
    }

    /**
     * Waits for more bytes; -1 at the end, also when the body was aborted.
     *
     * @throws ApiException when the upstream fails or is silent for too long; the body has been aborted then
     */
    int read(byte[] buffer) {
        return read(buffer, 0, buffer.length);
    }

    /** The same for a part of a buffer. */
    int read(byte[] buffer, int offset, int length) {
        try {
            watch.waiting();
            int read = in.read(buffer, offset, length);
            watch.heard();
            if (read >= 0) {
                return read;
            }
            exhausted = !aborted.get();
        } catch (IOException e) {
            if (!aborted.get()) {
                abort();
                throw new ApiException(502, ErrorType.API_ERROR,
                        "the connection to provider " + provider + " broke before the message was complete");
            }
        }
        watch.close();
        if (watch.expired()) {
            throw new ApiException(ErrorType.TIMEOUT_ERROR, "provider " + provider + " was silent for too long");
        }
        return -1;
    }

    /**
     * Waits for the whole body.
     *
     * @throws ApiException when it fails, or is longer than the limit; the body has been aborted then
     */
    byte[] readAll(int limit) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (!readInto(all, limit)) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "provider " + provider + " sent a reply of more than " + limit + " bytes");
        }
        return all.toByteArray();
    }

    /** Waits for a body that does not have to be whole: of one that is longer than the limit or breaks off, what has come. */
    byte[] readSome(int limit) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            readInto(all, limit);
        } catch (ApiException e) {
            // what has come will do
        }
        return all.toByteArray();
    }

    /** Whether the body's end was reached; otherwise it was longer than the limit and has been aborted. */
    private boolean readInto(ByteArrayOutputStream all, int limit) {
        byte[] buffer = new byte[8 * 1024];
        for (int read = read(buffer); read >= 0; read = read(buffer)) {
            if (read > limit - all.size()) {
                all.write(buffer, 0, limit - all.size());
                abort();
                return false;
            }
            all.write(buffer, 0, read);
        }
        return true;
    }

    /**
     * Gives the connection back once the message is whole. What the upstream still sends is its end; one that keeps the
     * connection open instead loses it after a moment.
     */
    void release() {
        if (aborted.get() || exhausted) {
            return;
        }
        watch.close();
        try (SilenceWatch end = new SilenceWatch(DRAIN, this::abort)) {
            end.waiting();
            byte[] rest = new byte[1024];
            while (!exhausted && !aborted.get()) {
                exhausted = in.read(rest) < 0;
            }
        } catch (IOException e) {
            abort();
        }
    }

    /** Closes the connection at once, and once only, whatever is still to come. Any thread, any number of times. */
    void abort() {
        if (!aborted.compareAndSet(false, true)) {
            return;
        }
        watch.close();
        try {
            if (in instanceof EofSensorInputStream connection) {
                connection.abort(); // close() would read the reply to its end
            } else {
                in.close();
            }
        } catch (IOException e) {
            // The connection is given up; that it was broken before does not matter any more.
        }
    }
}
