package dev.caravan.message;

/**
 * Watches fragments of a JSON object go by and tells when it is complete. It only counts brackets outside of strings; whether
 * the text is JSON at all is for its reader to find out. Not thread-safe.
 */
final class JsonBalance {
    private int depth;
    private boolean seen;
    private boolean object;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    /** The part of a fragment that belongs to the object: all of it, or what stands before its end. */
    String take(String fragment) {
        for (int i = 0; i < fragment.length(); i++) {
            if (complete()) {
                return fragment.substring(0, i);
            }
            next(fragment.charAt(i));
        }
        return fragment;
    }

    private void next(char c) {
        if (!seen && !Character.isWhitespace(c)) {
            seen = true;
            object = c == '{';
        }
        if (escaped) {
            escaped = false;
        } else if (inString) {
            escaped = c == '\\';
            inString = c != '"';
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            depth++;
            begun = true;
        } else if (c == '}' || c == ']') {
            depth = Math.max(0, depth - 1);
        }
    }

    /** Whether nothing but white space stood before the beginning of an object. */
    boolean isObject() {
        return object;
    }

    /** Whether an object or array was opened. */
    boolean begun() {
        return begun;
    }

    /** Whether an object or array was opened and closed again. */
    boolean complete() {
        return begun && depth == 0 && !inString;
    }
}
