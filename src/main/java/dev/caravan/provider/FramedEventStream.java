package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;

/** The events of a reply whose dialect frames them in a way of its own, each as soon as its bytes are here. */
final class FramedEventStream implements EventStream {
    private static final int BUFFER = 16 * 1024;

    private final UpstreamBody body;
    private final Framing framing;
    private final ResponseDecoder decoder;
    private final Deque<MessageEvent> ready;
    private final byte[] buffer = new byte[BUFFER];
    private boolean inputEnded;
    private volatile boolean closed;

    private FramedEventStream(UpstreamBody body, Framing framing, Deque<MessageEvent> ready, ResponseDecoder decoder) {
        this.body = body;
        this.framing = framing;
        this.ready = ready;
        this.decoder = decoder;
    }

    /** @param decoder makes the decoder that hands its events to a consumer */
    static FramedEventStream of(UpstreamBody body, Framing framing,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        Deque<MessageEvent> ready = new ArrayDeque<>();
        return new FramedEventStream(body, framing, ready, decoder.apply(ready::add));
    }

    @Override
    public boolean hasNext() {
        return !closed && !(ready.isEmpty() && (inputEnded || decoder.finished()));
    }

    @Override
    public MessageEvent next() {
        try {
            while (ready.isEmpty() && !inputEnded && !decoder.finished() && !closed) {
                decodeMore();
            }
            return closed ? null : ready.poll();
        } catch (IOException e) {
            close();
            String what = e instanceof JsonProcessingException ? "an event that is not valid JSON" : "a damaged event";
            throw failure("provider " + body.provider() + " sent " + what);
        } catch (ApiException e) {
            close();
            throw e;
        }
    }

    private void decodeMore() throws IOException {
        if (framing.next(decoder)) {
            return;
        }
        int read = body.read(buffer);
        if (read >= 0) {
            framing.feed(buffer, 0, read);
            return;
        }
        inputEnded = true;
        if (closed || body.aborted()) {
            return;
        }
        if (framing.inside()) {
            throw failure("provider " + body.provider() + " ended its reply in the midst of an event");
        }
        decoder.end();
    }

    private static ApiException failure(String message) {
        return new ApiException(502, ErrorType.API_ERROR, message);
    }

    /** Gives the connection back when the message is whole, aborts it otherwise. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (decoder.finished()) {
            body.release();
        } else {
            body.abort();
        }
    }
}
