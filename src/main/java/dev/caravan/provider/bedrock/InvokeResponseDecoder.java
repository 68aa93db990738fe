package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.MessagesDecoder;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The reply of InvokeModel to a request for one of Anthropic's models: the Messages API's own events, wrapped, or its own message.
 * Unwrapped they are handed on as from Anthropic itself. Not thread-safe.
 */
final class InvokeResponseDecoder implements ResponseDecoder {
    private final MessagesDecoder messages;

    /**
     * @param provider the provider's name, for errors
     * @param stream whether the client wants events; a whole message is told as events then
     * @param out takes the events
     */
    InvokeResponseDecoder(String provider, boolean stream, Consumer<MessageEvent> out) {
        this.messages = new MessagesDecoder(provider, stream, out);
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (!finished() && type.equals("chunk")) {
            byte[] event = unwrapped(buffer, offset, length);
            messages.event(type(event), event);
        }
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
        messages.message(json);
    }

    @Override
    public void end() {
        messages.end();
    }

    @Override
    public boolean finished() {
        return messages.finished();
    }
}
