package dev.caravan.message;

/**
 * Watches fragments of a JSON object go by and tells when it is complete. It only counts brackets outside of strings; whether
 * the text is JSON at all is for its reader to find out. Not thread-safe.
 */
final class JsonBalance {
    private int depth;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    /** Takes the next fragment and returns how many of its characters belong to the object; what follows them is surplus. */
    int feed(String fragment) {
        for (int i = 0; i < fragment.length(); i++) {
            if (complete()) {
                return i;
            }
            char c = fragment.charAt(i);
            if (inString) {
                if (escaped) {
                    escaped = false;
                } else if (c == '\\') {
                    escaped = true;
                } else if (c == '"') {
                    inString = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> inString = true;
                case '{', '[' -> {
                    depth++;
                    begun = true;
                }
                case '}', ']' -> depth = Math.max(0, depth - 1);
                default -> {
                }
            }
        }
        return fragment.length();
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
