package dev.caravan.demo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text (RFC 8259, strictly: no comments, no trailing commas, no bare control characters in strings). An object
 * becomes a {@code Map<String, Object>} in the order of the text, of keys given twice the last one counting; an array a
 * {@code List<Object>}; a number a {@link Long} when it is written as a whole number of less than 19 characters, otherwise a
 * {@link BigDecimal}; the rest {@link String}, {@link Boolean} or {@code null}.
 *
 * <p>A reader of its own, where the gateway itself uses a library, because the child process has to start in a tenth of a
 * second with nothing but the JDK on its class path.
 */
final class JsonReader {
    /** How many arrays and objects may stand inside each other. */
    static final int MAX_DEPTH = 1000;
    /** The longest number read; the time to convert a number grows faster than its length. */
    static final int MAX_NUMBER_LENGTH = 1000;

    private static final int END = -1;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * Reads the one value that {@code text} consists of.
     *
     * @throws JsonException if {@code text} is anything else than one JSON value, or goes beyond the limits of this class
     */
    static Object read(String text) throws JsonException {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value(1);
        if (reader.peek() != END) {
            throw reader.expected("the end of the text");
        }
        return value;
    }

    private Object value(int depth) throws JsonException {
        switch (peek()) {
            case '{' :
                return object(depth);
            case '[' :
                return array(depth);
            case '"' :
                return string();
            case 't' :
                return literal("true", Boolean.TRUE);
            case 'f' :
                return literal("false", Boolean.FALSE);
            case 'n' :
                return literal("null", null);
            default :
                return number();
        }
    }

    private Map<String, Object> object(int depth) throws JsonException {
        Map<String, Object> members = new LinkedHashMap<>();
        enter(depth);
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            if (peek() != '"') {
                throw expected("a key in double quotes");
            }
            String key = string();
            if (peek() != ':') {
                throw expected("':'");
            }
            at++;
            members.put(key, value(depth + 1));
            if (endsWith('}')) {
                return members;
            }
        }
    }

    private List<Object> array(int depth) throws JsonException {
        List<Object> items = new ArrayList<>();
        enter(depth);
        if (peek() == ']') {
            at++;
            return items;
        }
        while (true) {
            items.add(value(depth + 1));
            if (endsWith(']')) {
                return items;
            }
        }
    }

    private void enter(int depth) throws JsonException {
        if (depth > MAX_DEPTH) {
            throw expected("no more than 1000 levels of nesting");
        }
        at++;
    }

    /** Steps over a comma (false) or over the closing bracket (true). */
    private boolean endsWith(char closing) throws JsonException {
        int next = peek();
        if (next != ',' && next != closing) {
            throw expected(closing == '}' ? "',' or '}'" : "',' or ']'");
        }
        at++;
        return next == closing;
    }

    private String string() throws JsonException {
        StringBuilder read = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) >= ' ') {
            char c = text.charAt(at++);
            if (c == '"') {
                return read.toString();
            }
            read.append(c == '\\' ? escape() : c);
        }
        throw expected("the rest of a string, its control characters escaped");
    }

    private char escape() throws JsonException {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char digit = c == 'u' && at < text.length() ? text.charAt(at) : ' ';
            if (digit > 'f' || Character.digit(digit, 16) < 0) {
                throw expected("an escape sequence that JSON knows");
            }
            unit = unit * 16 + Character.digit(digit, 16);
            at++;
        }
        return (char) unit;
    }

    private Object literal(String word, Object value) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw expected("a value");
        }
        at += word.length();
        return value;
    }

    private Number number() throws JsonException {
        int from = at;
        step('-');
        boolean zero = step('0');
        if (!zero) {
            digits();
        }
        int whole = at;
        if (step('.')) {
            digits();
        }
        if (step('e') || step('E')) {
            if (!step('+')) {
                step('-');
            }
            digits();
        }
        if (at - from > MAX_NUMBER_LENGTH) {
            throw expected("a number of at most 1000 characters");
        }
        String number = text.substring(from, at);
        try {
            return whole == at && number.length() < 19 ? (Number) Long.valueOf(number) : new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw expected("a number with a smaller exponent");
        }
    }

    private boolean step(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        if (there) {
            at++;
        }
        return there;
    }

    private void digits() throws JsonException {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == from) {
            throw expected("a value");
        }
    }

    /** The next character that is no white space, not yet stepped over; {@link #END} at the end. */
    private int peek() {
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c;
            }
        }
        return END;
    }

    private JsonException expected(String what) {
        return new JsonException("not valid JSON at character " + at + ": expected " + what);
    }
}
