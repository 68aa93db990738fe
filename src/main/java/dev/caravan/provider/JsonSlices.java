package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cuts an upstream's JSON into pieces, each as it was written, so that numbers and escapes keep their spelling. */
final class JsonSlices {
    private JsonSlices() {}

    /**
     * The fields of an object in their order; the last one of a name counts.
     *
     * @throws IOException when it is no JSON object
     */
    static Map<String, RawJson> fields(RawJson object) throws IOException {
        Map<String, RawJson> fields = new LinkedHashMap<>();
        try (JsonParser in = parser(object)) {
            require(in.nextToken() == JsonToken.START_OBJECT);
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                fields.put(name, value(in, object));
            }
            require(in.currentToken() == JsonToken.END_OBJECT);
        }
        return fields;
    }

    /**
     * The elements of an array.
     *
     * @throws IOException when it is no JSON array
     */
    static List<RawJson> elements(RawJson array) throws IOException {
        List<RawJson> elements = new ArrayList<>();
        try (JsonParser in = parser(array)) {
            require(in.nextToken() == JsonToken.START_ARRAY);
            while (in.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(in, array));
            }
        }
        return elements;
    }

    private static RawJson value(JsonParser in, RawJson whole) throws IOException {
        int start = whole.offset() + (int) in.currentTokenLocation().getByteOffset();
        in.skipChildren();
        in.finishToken();
        int end = whole.offset() + (int) in.currentLocation().getByteOffset();
        return new RawJson(whole.source(), start, end - start);
    }

    private static JsonParser parser(RawJson json) throws IOException {
        return MessageJson.FACTORY.createParser(json.source(), json.offset(), json.length());
    }

    private static void require(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("not the JSON that was expected");
        }
    }
}
