package dev.caravan.message;

/** Text that a client or an upstream sent, made fit to be quoted in a message or to be written as UTF-8. */
public final class Text {
    /** Stands for what is no character. */
    static final char REPLACEMENT = '\uFFFD';

    private static final int EXCERPT = 80;

    private Text() {}

    /** The first 80 characters on one line, control characters as {@code ?}, so that a quoted value cannot forge a log line. */
    public static String excerpt(String value) {
        return excerpt(value, EXCERPT);
    }

    /** The first {@code limit} characters on one line, control characters as {@code ?}; never half of a surrogate pair. */
    public static String excerpt(String value, int limit) {
        StringBuilder text = new StringBuilder(Math.min(value.length(), limit) + 1);
        int i = 0;
        while (i < value.length() && i < limit) {
            int c = value.codePointAt(i);
            int width = Character.charCount(c);
            if (i + width > limit) {
                break;
            }
            text.appendCodePoint(isUnprintable(c) ? '?' : c);
            i += width;
        }
        return value.length() > limit ? text.append('…').toString() : text.toString();
    }

    private static boolean isUnprintable(int c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || c >= Character.MIN_SURROGATE
                && c <= Character.MAX_SURROGATE;
    }

    /** How many bytes the text has as UTF-8, told without making them; half of a surrogate pair counts as half of four. */
    public static long utf8Length(String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /** Whether every half of a surrogate pair has its other half, so that the text can be written as UTF-8. */
    public static boolean isWellFormed(String text) {
        return firstLoneSurrogate(text) < 0;
    }

    /** The text with U+FFFD for every half of a surrogate pair that lacks its other half; the same object when there is none. */
    public static String wellFormed(String text) {
        int lone = firstLoneSurrogate(text);
        if (lone < 0) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        for (int i = lone; i < text.length(); i++) {
            if (isLoneSurrogate(text, i)) {
                repaired.setCharAt(i, REPLACEMENT);
            }
        }
        return repaired.toString();
    }

    private static int firstLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i)) && isLoneSurrogate(text, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
