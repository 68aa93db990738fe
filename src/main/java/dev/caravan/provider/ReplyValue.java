package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.io.StringWriter;

/** Reads single values of a provider's reply, of which one that is not as it should be says nothing. */
public final class ReplyValue {
    private ReplyValue() {}

    /** The string at hand; empty for null, and for anything that is no string. */
    public static String string(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return "";
    }

    /** The number at hand, such as of tokens, without its fraction; 0 for one below 0, and for anything that is no number. */
    public static long count(JsonParser json) throws IOException {
        if (json.currentToken().isNumeric()) {
            return Math.max(0, (long) json.getDoubleValue());
        }
        json.skipChildren();
        return 0;
    }

    /** The value at hand as JSON without white space; no number loses a digit. */
    public static String json(JsonParser json) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = MessageJson.FACTORY.createGenerator(text)) {
            copy.copyCurrentEventExact(json);
            int depth = json.currentToken().isStructStart() ? 1 : 0;
            while (depth > 0) {
                JsonToken token = json.nextToken();
                copy.copyCurrentEventExact(json);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
        }
        return text.toString();
    }
}
