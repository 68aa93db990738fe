package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

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
}
