package dev.caravan.demo;

import java.util.Iterator;
import java.util.Map;

/** Writes the values that {@link JsonReader} reads as JSON on one line: no white space, and nothing in it that ends a line. */
final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private JsonWriter() {}

    /** Appends {@code value}: a map with string keys, an iterable, a string, a number, a boolean or null. */
    static StringBuilder write(Object value, StringBuilder out) {
        if (value instanceof String text) {
            string(text, out);
        } else if (value instanceof Map<?, ?> members) {
            out.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> i = members.entrySet().iterator(); i.hasNext();) {
                Map.Entry<?, ?> member = i.next();
                string((String) member.getKey(), out);
                write(member.getValue(), out.append(':'));
                out.append(i.hasNext() ? "," : "");
            }
            out.append('}');
        } else if (value instanceof Iterable<?> items) {
            out.append('[');
            for (Iterator<?> i = items.iterator(); i.hasNext();) {
                write(i.next(), out);
                out.append(i.hasNext() ? "," : "");
            }
            out.append(']');
        } else {
            out.append(value);
        }
        return out;
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c < ' ' || isLoneSurrogate(text, i)) {
                out.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt(c >> 8 & 15))
                        .append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Half a surrogate pair has no UTF-8 form; escaped it survives. */
    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
