package dev.caravan.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Adds up the tokens of the texts of one request. Special tokens such as {@code <|endoftext|>} count as the text they are written
 * with. Not thread-safe.
 */
final class TextTally {
    /** Long texts are counted piece by piece, which bounds the memory that the encoder takes for a run without a gap. */
    static final int PIECE = 65_536;
    /** What is beyond is estimated at the rate of what has been counted: text made to be hard to encode takes 2 s a million. */
    static final int MOST_COUNTED = 2_000_000;
    private static final int GAP_SEARCH = 4_096;

    private long tokens;
    private long counted;
    private long beyond;

    void add(String text) {
        int from = 0;
        while (from < text.length() && counted < MOST_COUNTED) {
            int to = end(text, from);
            tokens += Vocabulary.O200K.countTokensOrdinary(text.substring(from, to));
            counted += to - from;
            from = to;
        }
        beyond += text.length() - from;
    }

    /** The tokens of all texts. */
    long tokens() {
        return counted == 0 ? tokens : tokens + Math.round((double) beyond * tokens / counted);
    }

    /** Where the piece from here ends: before a space between words, where the encoder cuts too, or never within a character. */
    private static int end(String text, int from) {
        int limit = from + PIECE;
        if (limit >= text.length()) {
            return text.length();
        }
        for (int i = limit; i > limit - GAP_SEARCH; i--) {
            if (text.charAt(i) == ' ' && Character.isLetterOrDigit(text.charAt(i - 1))
                    && Character.isLetter(text.charAt(i + 1 < text.length() ? i + 1 : i))) {
                return i;
            }
        }
        return Character.isLowSurrogate(text.charAt(limit)) ? limit - 1 : limit;
    }

    /** The vocabulary, read from the library's jar when the first text is counted. */
    static final class Vocabulary {
        static final Encoding O200K = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

        private Vocabulary() {}
    }
}
