package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hands on the events of an upstream that speaks the Messages API itself, as they are. All that it looks at is whether they are
 * JSON, whether the message began and came to its end, and what an error says: a stream that stops before {@code message_stop} would
 * look like success to most clients. Of a reply that does not stream it looks whether it is a message. Not thread-safe.
 */
public final class MessagesDecoder implements ResponseDecoder {
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
    public MessagesDecoder(String provider, boolean stream, Consumer<MessageEvent> out) {
        this.provider = provider;
        this.stream = stream;
        this.out = out;
    }

    /** @throws IOException when a known event is no JSON object: its client would fail, or take it for the end */
    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (length > 0 || KNOWN.contains(type)) {
            event(type, Arrays.copyOfRange(buffer, offset, offset + length));
        }
    }

    /**
     * The same for data in an array of its own, which is handed on.
     *
     * @throws IOException when a known event is no JSON object
     */
    public void event(String type, byte[] data) throws IOException {
        if (KNOWN.contains(type) && !new RawJson(data, 0, data.length).isObject()) {
            throw new IOException("not a JSON object");
        }
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
                ? MessagesErrors.withinAMessage(provider, data)
                : MessagesErrors.inPlaceOfAMessage(provider, data);
        if (failure != null) {
            throw failure;
        }
        finished = true;
    }

    /**
     * @throws ApiException for an object that is no message: the failure that it tells, else 502
     * @throws IOException when it is no JSON object
     */
    @Override
    public void message(byte[] json) throws IOException {
        if (!new RawJson(json, 0, json.length).isObject()) {
            throw new IOException("not a JSON object");
        }
        switch (kind(json)) {
            case MESSAGE -> finished = true;
            case ERROR -> throw MessagesErrors.inPlaceOfAMessage(provider, json);
            case NEITHER -> throw broken("answered with JSON that is no message of the Messages API");
        }
        if (stream) {
            MessageReplay.events(provider, json, out);
        } else {
            out.accept(new RawMessage(json));
        }
    }

    /** What a reply that does not stream may be. */
    private enum Kind {
        MESSAGE, ERROR, NEITHER
    }

    /** Reads no further than it must: what tells stands before the content's end. */
    private static Kind kind(byte[] json) throws IOException {
        boolean message = false;
        boolean content = false;
        try (JsonParser in = MessageJson.FACTORY.createParser(json)) {
            in.nextToken();
            for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                JsonToken value = in.nextToken();
                switch (field) {
                    case "type" -> {
                        String type = ReplyValue.string(in);
                        message = type.equals("message");
                        if (!message) {
                            return type.equals("error") ? Kind.ERROR : Kind.NEITHER;
                        }
                    }
                    case "content" -> {
                        content = value == JsonToken.START_ARRAY;
                        if (content && message) {
                            return Kind.MESSAGE;
                        }
                        in.skipChildren();
                    }
                    default -> in.skipChildren();
                }
            }
        }
        return content && message ? Kind.MESSAGE : Kind.NEITHER;
    }

    @Override
    public void end() {
        if (!finished) {
            throw broken("ended its stream before message_stop");
        }
    }

    private ApiException broken(String what) {
        return new ApiException(502, ErrorType.API_ERROR, "provider " + provider + " " + what);
    }

    @Override
    public boolean finished() {
        return finished;
    }
}
