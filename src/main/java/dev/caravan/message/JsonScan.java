package dev.caravan.message;

/**
 * Looks through bytes whether they are a JSON object, without making anything of them: one pass, nothing allocated. So even every
 * event of a stream that is passed on unread can be checked. Whether a string's bytes are well-formed UTF-8 does not matter.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259: JSON</a>
 */
final class JsonScan {
    /** One bit of a {@code long} a level. */
    static final int MAX_DEPTH = 63;

    private static final int BROKEN = -1;
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    /** What may come next. */
    private enum Next {
        VALUE, FIRST_ELEMENT, KEY, FIRST_KEY, SEPARATOR
    }

    /** What was found. */
    enum Result {
        OBJECT, NO_OBJECT, TOO_DEEP
    }

    private JsonScan() {}

    static Result object(byte[] json, int offset, int length) {
        int end = offset + length;
        int at = skipSpace(json, offset, end);
        if (at == end || json[at] != '{') {
            return Result.NO_OBJECT;
        }
        long objects = 1; // a bit for each open object or array, the innermost last: whether it is an object
        int depth = 1;
        Next next = Next.FIRST_KEY;
        for (at = skipSpace(json, at + 1, end); at >= 0 && at < end; at = skipSpace(json, at, end)) {
            byte b = json[at];
            boolean inObject = (objects & 1) != 0;
            if (depth == 0) {
                return Result.NO_OBJECT; // something follows it
            }
            if (b == (inObject ? '}' : ']') && next != Next.VALUE && next != Next.KEY) {
                objects >>>= 1;
                depth--;
                at++;
                next = Next.SEPARATOR;
            } else if (next == Next.SEPARATOR) {
                at = b == ',' ? at + 1 : BROKEN;
                next = inObject ? Next.KEY : Next.VALUE;
            } else if (next == Next.KEY || next == Next.FIRST_KEY) {
                at = b == '"' ? colon(json, string(json, at, end), end) : BROKEN;
                next = Next.VALUE;
            } else if (b == '{' || b == '[') {
                if (depth == MAX_DEPTH) {
                    return Result.TOO_DEEP;
                }
                objects = objects << 1 | (b == '{' ? 1 : 0);
                depth++;
                at++;
                next = b == '{' ? Next.FIRST_KEY : Next.FIRST_ELEMENT;
            } else {
                at = scalar(json, at, end);
                next = Next.SEPARATOR;
            }
        }
        return at == end && depth == 0 ? Result.OBJECT : Result.NO_OBJECT;
    }

    private static int skipSpace(byte[] json, int from, int end) {
        int at = from;
        while (at >= 0 && at < end && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int colon(byte[] json, int from, int end) {
        int at = skipSpace(json, from, end);
        return at >= 0 && at < end && json[at] == ':' ? at + 1 : BROKEN;
    }

    private static int scalar(byte[] json, int at, int end) {
        return switch (json[at]) {
            case '"' -> string(json, at, end);
            case 't' -> word(json, at, end, TRUE);
            case 'f' -> word(json, at, end, FALSE);
            case 'n' -> word(json, at, end, NULL);
            default -> number(json, at, end);
        };
    }

    /** From its first quote to behind its last. */
    private static int string(byte[] json, int quote, int end) {
        for (int at = quote + 1; at < end; at++) {
            byte b = json[at];
            if (b == '"') {
                return at + 1;
            }
            if (b >= 0 && b < ' ') {
                return BROKEN;
            }
            if (b == '\\') {
                at = escape(json, at + 1, end);
                if (at < 0) {
                    return BROKEN;
                }
            }
        }
        return BROKEN;
    }

    /** The place of an escape sequence's last byte. */
    private static int escape(byte[] json, int at, int end) {
        if (at >= end) {
            return BROKEN;
        }
        return switch (json[at]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at;
            case 'u' -> at + 4 < end && isHex(json[at + 1]) && isHex(json[at + 2]) && isHex(json[at + 3])
                    && isHex(json[at + 4]) ? at + 4 : BROKEN;
            default -> BROKEN;
        };
    }

    private static boolean isHex(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F';
    }

    private static int word(byte[] json, int at, int end, byte[] word) {
        if (end - at < word.length) {
            return BROKEN;
        }
        for (int i = 0; i < word.length; i++) {
            if (json[at + i] != word[i]) {
                return BROKEN;
            }
        }
        return at + word.length;
    }

    private static int number(byte[] json, int from, int end) {
        int at = json[from] == '-' ? from + 1 : from;
        boolean zero = at < end && json[at] == '0';
        at = zero ? at + 1 : digits(json, at, end);
        if (at >= 0 && at < end && json[at] == '.') {
            at = digits(json, at + 1, end);
        }
        if (at >= 0 && at < end && (json[at] == 'e' || json[at] == 'E')) {
            at++;
            boolean signed = at < end && (json[at] == '+' || json[at] == '-');
            at = digits(json, signed ? at + 1 : at, end);
        }
        return at;
    }

    /** Behind one digit or more. */
    private static int digits(byte[] json, int from, int end) {
        int at = from;
        while (at < end && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at == from ? BROKEN : at;
    }
}
