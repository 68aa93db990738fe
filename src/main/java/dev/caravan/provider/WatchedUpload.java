package dev.caravan.provider;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * The body of a request that tells how it gets on, so that a long upload is not taken for a silent provider, and one that broke off
 * is known for it. For one thread; {@link #sent} may be asked by it only.
 */
final class WatchedUpload extends HttpEntityWrapper {
    /** Small enough to take no time on a slow connection, large enough to cost nothing. */
    private static final int SLICE = 64 * 1024;

    private final Runnable goingOn;
    private boolean sent;

    /** @param goingOn is run before each piece that is sent */
    WatchedUpload(HttpEntity body, Runnable goingOn) {
        super(body);
        this.goingOn = goingOn;
    }

    /** Whether all of it was given to the connection. A server that did not get all of a request cannot have begun to answer it. */
    boolean sent() {
        return sent;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        super.writeTo(new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int at = 0; at < length; at += SLICE) {
                    goingOn.run();
                    out.write(bytes, offset + at, Math.min(SLICE, length - at));
                }
                goingOn.run();
            }
        });
        sent = true;
    }
}
