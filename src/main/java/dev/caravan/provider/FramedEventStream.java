package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.sse.SseLimitExceededException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** The events of a reply that streams, each as soon as its bytes are here. */
final class FramedEventStream implements EventStream {
    private static final int BUFFER = 16 * 1024;

    private final UpstreamBody body;
    private final Framing framing;
    private final ResponseDecoder decoder;
    private final Deque<MessageEvent> ready;
    private final byte[] buffer = new byte[BUFFER];
    private boolean inputEnded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FramedEventStream(UpstreamBody body, Framing framing, Deque<MessageEvent> ready, ResponseDecoder decoder) {
        this.body = body;
        this.framing = framing;
        this.ready = ready;
        this.decoder = decoder;
    }

    /**
     * @param framing how the decoder gets its events
     * @param decoder makes the decoder that hands its events to a consumer
     */
    static FramedEventStream of(UpstreamBody body, Function<ResponseDecoder, Framing> framing,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        Deque<MessageEvent> ready = new ArrayDeque<>();
        ResponseDecoder made = decoder.apply(ready::add);
        return new FramedEventStream(body, framing.apply(made), ready, made);
    }

    @Override
    public boolean hasNext() {
        return !closed.get() && !(ready.isEmpty() && (inputEnded || decoder.finished()));
    }

    @Override
    public MessageEvent next() {
        try {
            while (ready.isEmpty() && !inputEnded && !decoder.finished() && !closed.get()) {
                decodeMore();
            }
            return closed.get() ? null : ready.poll();
        } catch (IOException e) {
            close();
            throw failure("sent " + switch (e) {
                case SseLimitExceededException large -> "an event that is too large";
                case Framing.DamagedException damaged -> "a damaged event";
                default -> "an event that is not valid JSON";
            });
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Decodes the next event of the upstream, which may be none or several of the message's. */
    private void decodeMore() throws IOException {
        if (framing.next()) {
            return;
        }
        int read = body.read(buffer);
        if (read >= 0) {
            framing.feed(buffer, 0, read);
            return;
        }
        inputEnded = true;
        if (closed.get() || body.aborted()) {
            return;
        }
        if (!framing.end()) {
            throw failure("ended its reply in the midst of an event");
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }

    private ApiException failure(String what) {
        return new ApiException(502, ErrorType.API_ERROR, "provider " + body.provider() + " " + what);
    }

    /** Gives the connection back when the message is whole, aborts it otherwise. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (decoder.finished()) {
            body.release();
        } else {
            body.abort();
        }
    }
}
