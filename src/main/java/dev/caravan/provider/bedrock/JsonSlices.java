package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Cuts JSON that is known to be well-formed into pieces, each as it was written. */
final class JsonSlices {
    private JsonSlices() {}

    /**
     * A field of an object.
     *
     * @param whole name and value, from the name's quote on
     */
    record Field(String name, RawJson whole, RawJson value) {}

    /** The fields of an object in their order; one of a name that stands twice is there twice. */
    static List<Field> fields(RawJson object) {
        List<Field> fields = new ArrayList<>();
        try (JsonParser in = parser(object)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                int start = tokenStart(in, object);
                in.nextToken();
                int valueStart = tokenStart(in, object);
                int end = valueEnd(in, object);
                fields.add(new Field(name, new RawJson(object.source(), start, end - start),
                        new RawJson(object.source(), valueStart, end - valueStart)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
        return fields;
    }

    /** The elements of an array; none when it is no array. */
    static List<RawJson> elements(RawJson array) {
        List<RawJson> elements = new ArrayList<>();
        try (JsonParser in = parser(array)) {
            if (in.nextToken() != JsonToken.START_ARRAY) {
                return elements;
            }
            while (in.nextToken() != JsonToken.END_ARRAY) {
                int start = tokenStart(in, array);
                elements.add(new RawJson(array.source(), start, valueEnd(in, array) - start));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
        return elements;
    }

    /** The text of a JSON string; null for anything else. */
    static String string(RawJson value) {
        try (JsonParser in = parser(value)) {
            return in.nextToken() == JsonToken.VALUE_STRING ? in.getText() : null;
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
    }

    private static JsonParser parser(RawJson json) throws IOException {
        return MessageJson.FACTORY.createParser(json.source(), json.offset(), json.length());
    }

    private static int tokenStart(JsonParser in, RawJson json) {
        return json.offset() + (int) in.currentTokenLocation().getByteOffset();
    }

    private static int valueEnd(JsonParser in, RawJson json) throws IOException {
        in.skipChildren();
        in.finishToken();
        return json.offset() + (int) in.currentLocation().getByteOffset();
    }
}
