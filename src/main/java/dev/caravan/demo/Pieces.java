package dev.caravan.demo;

/**
 * Cuts a text into the model's tokens: words (letters and digits, with apostrophes and hyphens inside them, and the full stop of
 * Mr. and Mrs.) and single other characters. White space is no token. A cursor:
 *
 * <pre>
 * Pieces pieces = new Pieces(text);
 * while (pieces.next()) {
 *     use(pieces.text());
 * }
 * </pre>
 */
final class Pieces {
    private final String text;
    private int start;
    private int end;

    Pieces(String text) {
        this.text = text;
    }

    /** How many tokens {@code text} has. */
    static int count(String text) {
        int count = 0;
        for (Pieces pieces = new Pieces(text); pieces.next();) {
            count++;
        }
        return count;
    }

    /** Moves to the next token; false when there is none. */
    boolean next() {
        start = end;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        if (start == text.length()) {
            end = start;
            return false;
        }
        end = wordEnd(start);
        if (end == start) {
            end += Character.charCount(text.codePointAt(start));
        }
        return true;
    }

    /** The current token. */
    String text() {
        return text.substring(start, end);
    }

    private int wordEnd(int from) {
        int i = from;
        while (isWordCharacter(i) || i > from && isJoiner(text.charAt(i)) && isWordCharacter(i + 1)) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (i == text.length()) {
                return i;
            }
        }
        boolean title = text.charAt(i) == '.' && text.startsWith("Mr", from)
                && (i - from == 2 || i - from == 3 && text.charAt(i - 1) == 's');
        return title ? i + 1 : i;
    }

    private boolean isWordCharacter(int i) {
        return i < text.length() && Character.isLetterOrDigit(text.codePointAt(i));
    }

    private static boolean isJoiner(char c) {
        return c == '’' || c == '\'' || c == '-';
    }
}
