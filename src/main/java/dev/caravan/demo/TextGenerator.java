package dev.caravan.demo;

import dev.caravan.demo.NgramModel.Continuations;
import java.util.Arrays;
import java.util.Random;

/**
 * Writes one answer, token by token: goes on from a text that it is given or begins with words that lead up to a word of the
 * prompt, continues as the model's probabilities have it, and ends after a few sentences. On top of the model it keeps four rules: brackets and quotation marks pair up, no
 * four tokens come twice in the same order (so that the most probable token, always taken, does not go round in circles; where
 * that leaves nothing to go on with, a full stop is put), an answer ends with a sentence, and it has between
 * {@value #SHORTEST} and {@value #LONGEST} tokens.
 *
 * <p>The model's training text must have a full stop, and with each opening quotation mark or bracket the closing one. The same
 * model, prompt, parameters and seed give the same text. Not safe for use by several threads.
 */
final class TextGenerator {
    /** The fewest tokens of an answer that nothing cuts short. */
    static final int SHORTEST = 40;
    /** The most tokens of an answer. */
    static final int LONGEST = 120;
    /** From this length on the next comma, or the like, becomes the full stop. */
    private static final int LONG_ENOUGH = 100;
    private static final int REPEATED = 4;

    private static final String OPENING = "“‘(";
    private static final String CLOSING = "”’)";
    private static final String SENTENCE_ENDS = ".!?";
    private static final String CLAUSE_ENDS = ",;:—";
    private static final String NO_SPACE_BEFORE = ".!?,;:—”’)";
    private static final String NO_SPACE_AFTER = "—“‘(";

    private final NgramModel model;
    private final Sampler sampler;
    private final int[] lead;
    /** How long the answer must be before it may end with its next sentence; differs from answer to answer. */
    private final int enough;
    /** The tokens that the answer goes on from, then its own. */
    private final int[] written;
    private final int given;
    private final String prefill;
    private int length;
    private boolean ended;
    private final StringBuilder open = new StringBuilder();

    /**
     * @param prompt what the answer is to take up a word of
     * @param prefill the beginning of the answer, which is not written again; empty for none
     */
    TextGenerator(NgramModel model, String prompt, String prefill, Sampler.Sampling sampling, long seed) {
        Random random = new Random(seed);
        this.model = model;
        this.prefill = prefill;
        int[] known = known(model, prefill);
        given = known.length;
        length = given;
        written = Arrays.copyOf(known, given + LONGEST);
        for (int token : known) {
            pairGiven(mark(token));
        }
        int[] leading = model.leadingTo(prompt, random.nextInt());
        lead = prefill.isEmpty() ? leading : new int[0];
        enough = SHORTEST + random.nextInt(LONG_ENOUGH - SHORTEST);
        sampler = new Sampler(sampling, random);
    }

    /** The last tokens of the text that the model knows. */
    private static int[] known(NgramModel model, String text) {
        int[] tokens = new int[16];
        int count = 0;
        for (Pieces pieces = new Pieces(text.replace('\'', '’')); pieces.next();) {
            int token = model.token(pieces.text());
            if (token >= 0) {
                tokens = count < tokens.length ? tokens : Arrays.copyOf(tokens, count * 2);
                tokens[count++] = token;
            }
        }
        return Arrays.copyOfRange(tokens, Math.max(0, count - LONGEST), count);
    }

    /** The next token as text, with the white space that belongs before it; null when the answer has ended. */
    String next() {
        if (ended && open.isEmpty()) {
            return null;
        }
        int token;
        if (ended) {
            token = model.token(String.valueOf(closing(open.charAt(open.length() - 1))));
        } else if (answered() < lead.length) {
            token = lead[answered()];
        } else if (answered() + open.length() + 1 >= LONGEST) {
            token = model.token(".");
        } else {
            token = choose();
        }
        String text = spaced(token);
        pair(mark(token));
        written[length++] = token;
        ended = ended || answered() >= enough && answered() > lead.length && isOneOf(SENTENCE_ENDS, token);
        return text;
    }

    private int answered() {
        return length - given;
    }

    private int choose() {
        Continuations continuations = model.after(written, length);
        double[] weights = continuations.probabilities();
        for (int i = 0; i < weights.length; i++) {
            int token = continuations.tokens()[i];
            if (mispairs(mark(token)) || repeats(token)) {
                weights[i] = 0;
            }
        }
        int chosen = sampler.choose(weights);
        boolean end = chosen < 0 || answered() >= LONG_ENOUGH && isOneOf(CLAUSE_ENDS, continuations.tokens()[chosen]);
        return end ? model.token(".") : continuations.tokens()[chosen];
    }

    private boolean mispairs(char mark) {
        if (OPENING.indexOf(mark) >= 0) {
            return answered() >= LONG_ENOUGH || open.indexOf(String.valueOf(mark)) >= 0;
        }
        if (CLOSING.indexOf(mark) >= 0) {
            return open.isEmpty() || closing(open.charAt(open.length() - 1)) != mark;
        }
        return mark == '\n' && !open.isEmpty();
    }

    private void pair(char mark) {
        if (OPENING.indexOf(mark) >= 0) {
            open.append(mark);
        } else if (CLOSING.indexOf(mark) >= 0) {
            open.setLength(open.length() - 1);
        }
    }

    /** The same for a text of somebody else, in which marks need not pair up. */
    private void pairGiven(char mark) {
        if (!mispairs(mark)) {
            pair(mark);
        }
    }

    private static char closing(char opening) {
        return CLOSING.charAt(OPENING.indexOf(opening));
    }

    /** Whether {@code token} would be the last of four that stand in the same order in the answer already. */
    private boolean repeats(int token) {
        for (int end = REPEATED - 1; end < length; end++) {
            if (written[end] == token && Arrays.equals(written, end - REPEATED + 1, end, written, length - REPEATED + 1,
                    length)) {
                return true;
            }
        }
        return false;
    }

    private String spaced(int token) {
        String piece = model.piece(token);
        if (answered() == 0 && prefill.isEmpty()) {
            return capitalised(piece);
        }
        char before = answered() == 0 ? prefill.charAt(prefill.length() - 1) : mark(written[length - 1]);
        boolean together = token == NgramModel.PARAGRAPH || isOneOf(NO_SPACE_BEFORE, token)
                || Character.isWhitespace(before) || NO_SPACE_AFTER.indexOf(before) >= 0;
        return together ? piece : " ".concat(piece);
    }

    private static String capitalised(String word) {
        return String.valueOf(Character.toUpperCase(word.charAt(0))).concat(word.substring(1));
    }

    private boolean isOneOf(String marks, int token) {
        return marks.indexOf(mark(token)) >= 0;
    }

    /** The character that a punctuation mark consists of; of a paragraph the line end, of a word 0. */
    private char mark(int token) {
        char first = model.piece(token).charAt(0);
        return Character.isLetterOrDigit(first) ? 0 : first;
    }
}
