package dev.caravan.message;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;

/** What a parser has found wrong with a request's JSON, in the API's words. */
public final class MalformedJson {
    private MalformedJson() {}

    /**
     * A 400 that tells what the parser failed at, without quoting the request.
     *
     * @param maxDepth how deep the parser lets JSON be nested
     */
    public static ApiException problem(IOException e, int maxDepth) {
        if (e instanceof StreamConstraintsException) {
            String problem = e.getMessage().contains("nesting depth")
                    ? "the JSON is nested deeper than " + maxDepth + " levels"
                    : "the JSON holds a number or string that is too long";
            return ApiException.invalid("", problem);
        }
        if (e instanceof JsonEOFException) {
            return ApiException.invalid("", "the request body is not valid JSON: it ends too early");
        }
        String where = e instanceof JsonParseException parse && parse.getLocation() != null
                ? " (line " + parse.getLocation().getLineNr() + ", column " + parse.getLocation().getColumnNr() + ")"
                : "";
        return ApiException.invalid("", "the request body is not valid JSON" + where);
    }
}
