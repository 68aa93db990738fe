package dev.caravan.provider;

import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** An HTTP reply that comes as lines, as the source of a {@link LineEventStream}. */
final class LineBody extends InputStream {
    /** A line may hold a whole tool call. */
    private static final int MAX_LINE = 16 * 1024 * 1024;

    private final UpstreamBody body;
    private ResponseDecoder decoder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LineBody(UpstreamBody body) {
        this.body = body;
    }

    /** @param dialect makes the decoder that hands its events to a consumer */
    static EventStream events(UpstreamBody body, Function<Consumer<MessageEvent>, ResponseDecoder> dialect) {
        LineBody lines = new LineBody(body);
        return new LineEventStream(lines, body.provider(), MAX_LINE, out -> {
            lines.decoder = dialect.apply(out);
            return lines.decoder;
        });
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        int read = read(one, 0, 1);
        return read < 0 ? read : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return body.read(buffer, offset, length);
    }

    /** Gives the connection back when the message is whole, aborts it otherwise; waits for neither. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (decoder.finished()) {
            Thread.startVirtualThread(body::release);
        } else {
            body.abort();
        }
    }
}
