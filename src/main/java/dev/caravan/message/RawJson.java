package dev.caravan.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A JSON value as the client wrote it: a slice of the request's bytes that the decoder has found well-formed. Tool schemas and
 * inputs are carried like this, so that they reach a provider byte for byte and a prompt prefix stays the same from turn to turn.
 *
 * @param source the bytes that hold the value, UTF-8; not to be modified
 */
public record RawJson(byte[] source, int offset, int length) {
    /** An empty object. */
    public static final RawJson EMPTY_OBJECT = of("{}");

    /** The value of a JSON text. */
    public static RawJson of(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new RawJson(bytes, 0, bytes.length);
    }

    /** The value as text, white space and order of keys as written. */
    public String text() {
        return new String(source, offset, length, StandardCharsets.UTF_8);
    }

    /** Whether this is one well-formed JSON object and nothing else. */
    public boolean isObject() {
        return switch (JsonScan.object(source, offset, length)) {
            case OBJECT -> true;
            case NO_OBJECT -> false;
            case TOO_DEEP -> isDeepObject();
        };
    }

    private boolean isDeepObject() {
        // From text, not from bytes: a model can send bytes that the parser would take for UTF-16.
        try (JsonParser in = MessageJson.FACTORY.createParser(text())) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            in.skipChildren();
            return in.currentToken() == JsonToken.END_OBJECT && in.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes the value as it is. */
    public void writeTo(JsonGenerator out) throws IOException {
        out.writeRawValue(text());
    }

    /** The value without white space between its tokens, for formats in which a line is a record. */
    public String compact() {
        return new String(compactBytes(), StandardCharsets.UTF_8);
    }

    /** The same in UTF-8. */
    public byte[] compactBytes() {
        byte[] kept = new byte[length];
        int size = 0;
        boolean inString = false;
        for (int i = offset; i < offset + length; i++) {
            byte b = source[i];
            if (inString && b == '\\') {
                kept[size++] = b;
                i++;
            } else if (b == '"') {
                inString = !inString;
            } else if (!inString && b <= ' ' && b >= 0) {
                continue;
            }
            kept[size++] = source[i];
        }
        return size == length ? kept : Arrays.copyOf(kept, size);
    }
}
