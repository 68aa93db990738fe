package dev.caravan.cli;

/** Text that others wrote, made fit for a terminal. */
final class TerminalText {
    private static final int CONTROL_PICTURES = 0x2400;
    private static final int DELETE = 0x7f;
    private static final char DELETE_PICTURE = '\u2421';
    private static final int LAST_C1 = 0x9f;

    private TerminalText() {}

    /**
     * The text with its control characters made visible (␛ for escape), all but line feed and tab. What a model or a server
     * writes could otherwise move the cursor, change the window's title or write to the clipboard.
     */
    static String visible(String text) {
        StringBuilder visible = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char shown = shown(c);
            if (shown != c && visible == null) {
                visible = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (visible != null) {
                visible.append(shown);
            }
        }
        return visible == null ? text : visible.toString();
    }

    /** The same in one line of at most {@code max} characters. */
    static String line(String text, int max) {
        String line = visible(text.strip().replace('\n', ' ').replace('\t', ' '));
        if (line.length() <= max) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(max - 1)) ? max - 1 : max;
        return line.substring(0, end) + "…";
    }

    private static char shown(char c) {
        if (c < ' ') {
            return c == '\n' || c == '\t' ? c : (char) (CONTROL_PICTURES + c);
        }
        if (c == DELETE) {
            return DELETE_PICTURE;
        }
        return c > DELETE && c <= LAST_C1 ? '\uFFFD' : c;
    }
}
