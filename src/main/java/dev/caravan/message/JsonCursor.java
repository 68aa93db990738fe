package dev.caravan.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over a request's JSON once and tells, when a value is not what it should be, where that is and what was expected. The
 * path is made only then. Not thread-safe.
 */
final class JsonCursor implements AutoCloseable {
    /** Deeper than any sensible tool schema, shallow enough for every stack. */
    static final int MAX_DEPTH = 200;
    /** The API's own limit of a request; a single string may be as long as the whole. */
    static final int MAX_STRING = 32 * 1024 * 1024;
    /** In characters; no number that means anything has as many. */
    static final int MAX_NUMBER = 400;

    // UTF-8 and nothing else: with detection on, a body in UTF-16 is read by a parser that knows no byte offsets. And names that
    // strangers choose are not interned.
    private static final JsonFactory FACTORY = new JsonFactoryBuilder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).recyclerPool(new JsonBuffers())
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING).maxNumberLength(MAX_NUMBER).build())
            .build();

    private final byte[] source;
    private final int base;
    private final String basePath;
    private final JsonParser parser;

    JsonCursor(byte[] source) throws IOException {
        this(withoutByteOrderMark(source), "");
    }

    /** JSON should not begin with a byte order mark, but may: RFC 8259, section 8.1. */
    private static RawJson withoutByteOrderMark(byte[] source) {
        boolean marked = source.length >= 3 && source[0] == (byte) 0xEF && source[1] == (byte) 0xBB
                && source[2] == (byte) 0xBF;
        int from = marked ? 3 : 0;
        return new RawJson(source, from, source.length - from);
    }

    /** A cursor over a part of a request; {@code basePath} is where that part stands. */
    JsonCursor(RawJson part, String basePath) throws IOException {
        this.source = part.source();
        this.base = part.offset();
        this.basePath = basePath;
        this.parser = FACTORY.createParser(source, part.offset(), part.length());
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** The failure of the parser in the API's words: not JSON, or JSON nested too deep. */
    static ApiException malformed(IOException e) {
        return MalformedJson.problem(e, MAX_DEPTH);
    }

    JsonToken next() throws IOException {
        return parser.nextToken();
    }

    boolean is(JsonToken token) {
        return parser.currentToken() == token;
    }

    /** In an object: moves to the next field's name, or to the end of the object, which gives null. */
    String nextField() throws IOException {
        return parser.nextFieldName();
    }

    /** Moves to the value of the field just met; false when it is null, which stands for a field that is not there. */
    boolean value() throws IOException {
        return parser.nextToken() != JsonToken.VALUE_NULL;
    }

    /** In an array: moves to the next element; false at its end. */
    boolean nextElement() throws IOException {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    void skip() throws IOException {
        parser.skipChildren();
    }

    String string() throws IOException {
        require(is(JsonToken.VALUE_STRING), "a string");
        String text = parser.getText();
        if (!Text.isWellFormed(text)) {
            throw problem("holds half of a surrogate pair, which is no character");
        }
        return text;
    }

    boolean bool() throws IOException {
        require(is(JsonToken.VALUE_TRUE) || is(JsonToken.VALUE_FALSE), "true or false");
        return parser.getBooleanValue();
    }

    /** The value at hand if it is a whole number of 64 bits; null when it is anything else, which is skipped. */
    Long anyInteger() throws IOException {
        if (is(JsonToken.VALUE_NUMBER_INT) && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        skip();
        return null;
    }

    int integer(int least) throws IOException {
        require(is(JsonToken.VALUE_NUMBER_INT), "an integer");
        String digits = parser.getText();
        long number = digits.length() > 10 ? Long.MAX_VALUE : parser.getLongValue();
        if (digits.startsWith("-") || number < least) {
            throw problem("must be greater than or equal to " + least);
        }
        if (number > Integer.MAX_VALUE) {
            throw problem("is too large");
        }
        return (int) number;
    }

    double number(double least, double most) throws IOException {
        require(parser.currentToken() != null && parser.currentToken().isNumeric(), "a number");
        double number = parser.getDoubleValue();
        if (!(number >= least && number <= most)) {
            throw problem("must be between " + trimmed(least) + " and " + trimmed(most));
        }
        return number;
    }

    List<String> strings() throws IOException {
        beginArray();
        List<String> strings = new ArrayList<>();
        while (nextElement()) {
            strings.add(string());
        }
        return strings;
    }

    void beginObject() {
        require(is(JsonToken.START_OBJECT), "an object");
    }

    void beginArray() {
        require(is(JsonToken.START_ARRAY), "an array");
    }

    /** The whole value at hand as it is written. */
    RawJson raw() throws IOException {
        int from = offset();
        parser.skipChildren();
        parser.finishToken();
        return new RawJson(source, from, base + (int) parser.currentLocation().getByteOffset() - from);
    }

    /** How many bytes from the start of the body to the start of the value at hand. */
    int offset() {
        return base + (int) parser.currentTokenLocation().getByteOffset();
    }

    /**
     * Goes to the end of the object that the cursor is in, at its beginning, at a field's name or at a field's string, and returns
     * all of it.
     *
     * @param start where the object begins
     */
    RawJson restOfObject(int start) throws IOException {
        if (is(JsonToken.START_OBJECT) || is(JsonToken.VALUE_STRING)) {
            parser.nextToken();
        }
        while (!is(JsonToken.END_OBJECT)) {
            parser.nextToken();
            parser.skipChildren();
            parser.nextToken();
        }
        return new RawJson(source, start, base + (int) parser.currentLocation().getByteOffset() - start);
    }

    /** The object at hand as it is written. */
    RawJson rawObject() throws IOException {
        beginObject();
        return raw();
    }

    private void require(boolean holds, String expected) {
        if (!holds) {
            throw problem("expected " + expected + ", got " + found());
        }
    }

    /** What is wrong with the value at hand. */
    ApiException problem(String problem) {
        return ApiException.invalid(path(), problem);
    }

    /** What is wrong with a field of the object that has just ended. */
    ApiException problem(String field, String problem) {
        String path = path();
        return ApiException.invalid(path.isEmpty() ? field : path + "." + field, problem);
    }

    /** A field that the object that has just ended should have had. */
    ApiException missing(String field) {
        return problem(field, "Field required");
    }

    /** The path of the value at hand or of the object that has just ended, as in {@code messages.0.content.1.text}. */
    String path() {
        StringBuilder path = new StringBuilder();
        JsonStreamContext context = parser.getParsingContext();
        if (is(JsonToken.START_OBJECT) || is(JsonToken.START_ARRAY)) {
            context = context.getParent();
        }
        for (; context != null && !context.inRoot(); context = context.getParent()) {
            String step = context.inArray() ? Integer.toString(context.getCurrentIndex()) : context.getCurrentName();
            path.insert(0, path.isEmpty() ? step : step + ".");
        }
        if (!basePath.isEmpty()) {
            path.insert(0, path.isEmpty() ? basePath : basePath + ".");
        }
        return path.toString();
    }

    private String found() {
        return switch (parser.currentToken()) {
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            case null, default -> "nothing";
        };
    }

    private static String trimmed(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
