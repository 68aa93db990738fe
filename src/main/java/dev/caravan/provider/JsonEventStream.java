package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** The events of a reply that does not stream: the same events, all at once when the reply is here. */
final class JsonEventStream implements EventStream {
    private static final int MAX_REPLY = 64 * 1024 * 1024;

    private final UpstreamBody body;
    private final ResponseDecoder decoder;
    private final Deque<MessageEvent> ready = new ArrayDeque<>();
    private boolean decoded;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param decoder makes the decoder that hands its events to a consumer */
    JsonEventStream(UpstreamBody body, Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        this.body = body;
        this.decoder = decoder.apply(ready::add);
    }

    @Override
    public boolean hasNext() {
        return !closed.get() && !(decoded && ready.isEmpty());
    }

    @Override
    public MessageEvent next() {
        try {
            if (!decoded && !closed.get()) {
                decoded = true;
                byte[] json = body.readAll(MAX_REPLY);
                if (!closed.get()) {
                    decoder.message(json);
                }
            }
            return closed.get() ? null : ready.poll();
        } catch (IOException e) {
            close();
            throw new ApiException(502, ErrorType.API_ERROR,
                    "provider " + body.provider() + " sent a reply that is not valid JSON");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            body.abort();
        }
    }
}
