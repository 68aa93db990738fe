package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The reply of InvokeModel to a request for one of Anthropic's models: the Messages API's own events, wrapped, which are handed on
 * as they are. All that is looked at is their type, and whether the message came to its end. Not thread-safe.
 */
final class InvokeResponseDecoder implements ResponseDecoder {
    private final Consumer<MessageEvent> out;
    private final boolean stream;
    private boolean finished;

    InvokeResponseDecoder(Consumer<MessageEvent> out, boolean stream) {
        this.out = out;
        this.stream = stream;
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (finished || !type.equals("chunk")) {
            return;
        }
        if (!stream) {
            throw failure("the provider answered a request for a whole message with a stream");
        }
        byte[] event = unwrapped(buffer, offset, length);
        String name = type(event);
        out.accept(new RawEvent(name, event));
        finished = name.equals("message_stop") || name.equals("error");
    }

    /** The bytes of an event; beside them stands padding, so that nobody can tell its size from outside. */
    private static byte[] unwrapped(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                    if (json.nextToken() == JsonToken.VALUE_STRING && field.equals("bytes")) {
                        return json.getBinaryValue();
                    }
                    json.skipChildren();
                }
            }
        }
        throw new IOException("a chunk without bytes");
    }

    /** The type stands first in what Anthropic sends, so this reads little of an event; its frame's checksum has vouched for it. */
    private static String type(byte[] event) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(event)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                    if (json.nextToken() == JsonToken.VALUE_STRING && field.equals("type")) {
                        return checked(json.getText());
                    }
                    json.skipChildren();
                }
            }
        }
        throw new IOException("an event without a type");
    }

    /** A type becomes the name of a server-sent event. */
    private static String checked(String type) throws IOException {
        if (type.isEmpty() || type.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException("a type that is no name");
        }
        return type;
    }

    @Override
    public void message(byte[] json) throws IOException {
        if (stream) {
            throw failure("the provider answered a request for a stream with a whole message");
        }
        if (!new RawJson(json, 0, json.length).isObject()) {
            throw new IOException("not a JSON object");
        }
        finished = true;
        out.accept(new RawMessage(json));
    }

    @Override
    public void end() {
        if (!finished) {
            throw failure("the provider ended its stream before message_stop");
        }
    }

    @Override
    public boolean finished() {
        return finished;
    }

    private static ApiException failure(String message) {
        return new ApiException(502, ErrorType.API_ERROR, message);
    }
}
