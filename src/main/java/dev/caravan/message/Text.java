package dev.caravan.message;

/** Text that a client or an upstream sent, made fit to be quoted in a message. */
public final class Text {
    /** Stands for what is no character, U+FFFD. */
    public static final String REPLACEMENT = "\uFFFD";

    private static final int EXCERPT = 80;

    private Text() {}

    /** The first 80 characters on one line, control characters as {@code ?}, so that a quoted value cannot forge a log line. */
    public static String excerpt(String value) {
        return excerpt(value, EXCERPT);
    }

    /** The first {@code limit} characters on one line, control characters as {@code ?}. */
    public static String excerpt(String value, int limit) {
        StringBuilder text = new StringBuilder(Math.min(value.length(), limit) + 1);
        for (int i = 0; i < value.length() && i < limit; i++) {
            char c = value.charAt(i);
            text.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return value.length() > limit ? text.append('…').toString() : text.toString();
    }

    /** The text with half a surrogate pair, which UTF-8 cannot express, replaced by U+FFFD. */
    public static String wellFormed(String value) {
        StringBuilder text = new StringBuilder(value.length());
        value.codePoints().forEach(c -> {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                text.append(REPLACEMENT);
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }
}
