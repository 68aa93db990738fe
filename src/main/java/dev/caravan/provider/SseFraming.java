package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.RawJson;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseLimitExceededException;
import dev.caravan.sse.SseParser;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;

/** The events of a reply that arrives as server-sent events, each as soon as its bytes are here. */
final class SseEventStream implements EventStream {
    private static final int BUFFER = 16 * 1024;

    private final UpstreamBody body;
    private final ResponseDecoder decoder;
    private final Deque<MessageEvent> ready;
    private final SseParser parser;
    private final byte[] buffer = new byte[BUFFER];
    private boolean inputEnded;
    private volatile boolean closed;

    private SseEventStream(UpstreamBody body, Deque<MessageEvent> ready, ResponseDecoder decoder) {
        this.body = body;
        this.ready = ready;
        this.decoder = decoder;
        this.parser = new SseParser(decoder::unframed);
    }

    /** @param decoder makes the decoder that hands its events to a consumer */
    static SseEventStream of(UpstreamBody body, Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        Deque<MessageEvent> ready = new ArrayDeque<>();
        return new SseEventStream(body, ready, decoder.apply(ready::add));
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
            throw broken(e);
        } catch (ApiException e) {
            close();
            throw e;
        }
    }

    private ApiException broken(IOException e) {
        String problem = e instanceof SseLimitExceededException
                ? "an event that is too large"
                : "an event that is not valid JSON";
        return new ApiException(502, ErrorType.API_ERROR, "provider " + body.provider() + " sent " + problem);
    }

    /** Decodes the next event of the upstream, which may be none or several of the message's. */
    private void decodeMore() throws IOException {
        SseEvent event = parser.next();
        if (event != null) {
            decode(event);
            return;
        }
        int read = body.read(buffer);
        if (read >= 0) {
            parser.feed(buffer, 0, read);
            return;
        }
        inputEnded = true;
        if (closed || body.aborted()) {
            return;
        }
        // A last event that no blank line ended still counts, if it is whole: recorded streams of Anthropic's end like that.
        SseEvent last = parser.finish();
        if (last != null && !cutOff(last)) {
            decode(last);
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }

    private static boolean cutOff(SseEvent event) {
        RawJson data = new RawJson(event.array(), event.offset(), event.length());
        return event.length() > 0 && event.array()[event.offset()] == '{' && !data.isObject();
    }

    private void decode(SseEvent event) throws IOException {
        decoder.event(event.type(), event.array(), event.offset(), event.length());
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
