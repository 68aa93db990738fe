package dev.caravan.provider.anthropic;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.RawJson;
import dev.caravan.provider.MessageReplay;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hands an Anthropic upstream's events on as they are. All that it looks at is whether they are JSON, whether the message began and
 * came to its end, and what an error says: a stream that stops before {@code message_stop} would look like success to most clients.
 * Not thread-safe.
 */
public final class AnthropicResponseDecoder implements ResponseDecoder {
    /** The events that clients act on. What the API may add besides is handed on unseen. */
    private static final Set<String> KNOWN = Set.of("message_start", "content_block_start", "content_block_delta",
            "content_block_stop", "message_delta", "message_stop", "ping", "error");

    private final String provider;
    private final boolean stream;
    private final Consumer<MessageEvent> out;
    private boolean begun;
    private boolean finished;

    /**
     * @param provider the provider's name, for errors
     * @param stream whether the client wants events; a whole message is told as events then
     * @param out takes the events, as {@link RawEvent}s or one {@link RawMessage}
     */
    public AnthropicResponseDecoder(String provider, boolean stream, Consumer<MessageEvent> out) {
        this.provider = provider;
        this.stream = stream;
        this.out = out;
    }

    /** @throws IOException when a known event is no JSON object: its client would fail, or take it for the end */
    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        boolean known = KNOWN.contains(type);
        if (known && !new RawJson(buffer, offset, length).isObject()) {
            throw new IOException("not a JSON object");
        }
        if (!known && length == 0) {
            return;
        }
        byte[] data = Arrays.copyOfRange(buffer, offset, offset + length);
        switch (type) {
            case "message_start" -> begun = true;
            case "message_stop" -> stop();
            case "error" -> fail(data);
            default -> {
                // says nothing of where the message is
            }
        }
        out.accept(new RawEvent(type, data));
    }

    private void stop() {
        if (!begun) {
            throw broken("ended a message that it had not begun");
        }
        finished = true;
    }

    /** A failure before the message still has an HTTP status, which SDKs act on; later it is the last event. */
    private void fail(byte[] data) {
        ApiException failure = begun
                ? AnthropicErrors.withinAMessage(provider, data)
                : AnthropicErrors.inPlaceOfAMessage(provider, data);
        if (failure != null) {
            throw failure;
        }
        finished = true;
    }

    @Override
    public void message(byte[] json) throws IOException {
        if (!new RawJson(json, 0, json.length).isObject()) {
            throw new IOException("not a JSON object");
        }
        if (AnthropicErrors.isError(json)) {
            throw AnthropicErrors.inPlaceOfAMessage(provider, json);
        }
        finished = true;
        if (stream) {
            MessageReplay.events(json, out);
        } else {
            out.accept(new RawMessage(json));
        }
    }

    @Override
    public void end() {
        throw broken("ended its stream before message_stop");
    }

    private ApiException broken(String what) {
        return new ApiException(502, ErrorType.API_ERROR, "provider " + provider + " " + what);
    }

    @Override
    public boolean finished() {
        return finished;
    }
}
