package dev.caravan.provider.anthropic;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.RawJson;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hands an Anthropic upstream's events on as they are. All that it looks at is whether they are JSON and the message came to its end: a stream
 * that stops before {@code message_stop} would look like success to most clients.
 */
final class AnthropicResponseDecoder implements ResponseDecoder {
    /** The events that clients act on. What the API may add besides is handed on unseen. */
    private static final Set<String> KNOWN = Set.of("message_start", "content_block_start", "content_block_delta",
            "content_block_stop", "message_delta", "message_stop", "ping", "error");

    private final Consumer<MessageEvent> out;
    private final boolean stream;
    private boolean finished;

    AnthropicResponseDecoder(Consumer<MessageEvent> out, boolean stream) {
        this.out = out;
        this.stream = stream;
    }

    /**
     * @throws ApiException when the client waits for a whole message
     * @throws IOException when a known event is no JSON object: its client would fail, or take it for the end
     */
    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (!stream) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "the upstream answered a request for a whole message with a stream");
        }
        if (KNOWN.contains(type)) {
            if (!new RawJson(buffer, offset, length).isObject()) {
                throw new IOException("not a JSON object");
            }
        } else if (length == 0) {
            return;
        }
        out.accept(new RawEvent(type, Arrays.copyOfRange(buffer, offset, offset + length)));
        finished = type.equals("message_stop") || type.equals("error");
    }

    @Override
    public void message(byte[] json) throws IOException {
        if (!new RawJson(json, 0, json.length).isObject()) {
            throw new IOException("not a JSON object");
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
        throw new ApiException(502, ErrorType.API_ERROR, "the upstream ended its stream before message_stop");
    }

    @Override
    public boolean finished() {
        return finished;
    }
}
