package dev.caravan.queue.job;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where in a JSON object the value of a member stands.
 *
 * @param from the first byte of the value
 * @param to   the byte behind its last
 */
record JsonMember(int from, int to) {

    /** The last member of that name, which is the one that counts; empty when there is none or the bytes are no JSON object. */
    static Optional<JsonMember> find(byte[] json, String name) {
        JsonMember found = null;
        try (JsonParser parser = MessageJson.FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals(name);
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (wanted) {
                    parser.finishToken();
                    found = new JsonMember(from, (int) parser.currentLocation().getByteOffset());
                }
            }
            return Optional.ofNullable(found);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The value's own bytes. */
    byte[] of(byte[] json) {
        return Arrays.copyOfRange(json, from, to);
    }

    /** The JSON with another value in its place. */
    byte[] replace(byte[] json, byte[] value) {
        byte[] changed = new byte[json.length - (to - from) + value.length];
        System.arraycopy(json, 0, changed, 0, from);
        System.arraycopy(value, 0, changed, from, value.length);
        System.arraycopy(json, to, changed, from + value.length, json.length - to);
        return changed;
    }
}
