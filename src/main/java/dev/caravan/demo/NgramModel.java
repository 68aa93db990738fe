package dev.caravan.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An n-gram language model with back-off: the probability of a token, given the up to {@value #ORDER} tokens before it, by
 * interpolated absolute discounting (H. Ney, U. Essen, R. Kneser, "On structuring probabilistic dependences in stochastic
 * language modelling", 1994): every continuation that a context was seen with gives up a part of a count, and what the context
 * collects that way is spread as the next shorter context has it.
 *
 * <p>No table of n-grams is built. The training text is kept as token numbers with an index of where each token stands, and the
 * counts of a context are taken from there when they are needed: training takes a few milliseconds.
 *
 * <p>Immutable once trained, apart from scratch space: not safe for use by several threads.
 */
final class NgramModel {
    /** The longest context, in tokens. */
    static final int ORDER = 3;
    /** The part of a count given up: the larger, the freer and the more confused the text. */
    private static final double DISCOUNT = 0.3;
    /** The number of the token that stands before every paragraph, so also at the start of an answer. */
    static final int PARAGRAPH = 0;

    private final String[] pieces;
    /** The training text, beginning and ending with {@link #PARAGRAPH}. */
    private final int[] corpus;
    /** Token t stands in the corpus at positions[firsts[t]] to positions[firsts[t + 1] - 1], in ascending order. */
    private final int[] firsts;
    private final int[] positions;
    private final Map<String, Integer> numbers;

    private final int[][] counts;

    /**
     * The tokens that may come next, and how probable each is. The probabilities add up to 1; none is 0.
     *
     * @param tokens the token numbers, in the order of their first appearance in the training text after the last token
     * @param probabilities for each of them its probability
     */
    record Continuations(int[] tokens, double[] probabilities) {}

    private NgramModel(Map<String, Integer> numbers, int[] corpus) {
        this.numbers = numbers;
        this.corpus = corpus;
        pieces = new String[numbers.size()];
        for (Map.Entry<String, Integer> entry : numbers.entrySet()) {
            pieces[entry.getValue()] = entry.getKey();
        }
        firsts = new int[pieces.length + 1];
        for (int token : corpus) {
            firsts[token + 1]++;
        }
        for (int token = 0; token < pieces.length; token++) {
            firsts[token + 1] += firsts[token];
        }
        positions = new int[corpus.length];
        int[] next = firsts.clone();
        for (int i = 0; i < corpus.length; i++) {
            positions[next[corpus[i]]++] = i;
        }
        counts = new int[ORDER][pieces.length];
    }

    /**
     * Trains a model on texts. Blank lines part paragraphs; lines that begin with {@code #} are headings or remarks and are
     * left out.
     */
    static NgramModel train(List<String> texts) {
        Map<String, Integer> numbers = new HashMap<>(8192);
        numbers.put("\n\n", PARAGRAPH);
        int[] corpus = new int[1024];
        int length = 1;
        for (String text : texts) {
            int lineEnd;
            for (int line = 0; line < text.length(); line = lineEnd + 1) {
                lineEnd = text.indexOf('\n', line);
                lineEnd = lineEnd < 0 ? text.length() : lineEnd;
                if (text.startsWith("#", line)) {
                    continue;
                }
                int before = length;
                for (Pieces words = new Pieces(text.substring(line, lineEnd)); words.next();) {
                    if (length + 2 > corpus.length) {
                        corpus = Arrays.copyOf(corpus, corpus.length * 2);
                    }
                    corpus[length++] = number(words.text(), numbers);
                }
                if (before == length && corpus[length - 1] != PARAGRAPH) {
                    corpus[length++] = PARAGRAPH;
                }
            }
            if (corpus[length - 1] != PARAGRAPH) {
                corpus[length++] = PARAGRAPH;
            }
        }
        return new NgramModel(numbers, Arrays.copyOf(corpus, length));
    }

    private static int number(String piece, Map<String, Integer> numbers) {
        Integer known = numbers.get(piece);
        if (known != null) {
            return known;
        }
        numbers.put(piece, numbers.size());
        return numbers.size() - 1;
    }

    /** Trains the model on the texts that come with the engine. */
    static NgramModel trainOnOwnTexts() throws IOException {
        List<String> texts = new ArrayList<>();
        for (String name : new String[]{"alice.txt", "aesop.txt", "austen.txt", "gettysburg.txt"}) {
            try (InputStream in = NgramModel.class.getResourceAsStream("/demo/".concat(name))) {
                texts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return train(texts);
    }

    /** The text of a token; of {@link #PARAGRAPH} two line ends. */
    String piece(int token) {
        return pieces[token];
    }

    /** The number of the token with this text, or -1 if the model has never seen it. */
    int token(String piece) {
        return numbers.getOrDefault(piece, -1);
    }

    /**
     * What may follow the first {@code length} tokens of {@code text}, of which the last {@value #ORDER} are looked at. Empty
     * only if the training text was empty.
     */
    Continuations after(int[] text, int length) {
        int last = length == 0 ? PARAGRAPH : text[length - 1];
        int[] tokens = new int[firsts[last + 1] - firsts[last]];
        int distinct = 0;
        int[] totals = new int[ORDER];
        int[] types = new int[ORDER];
        for (int i = firsts[last]; i < firsts[last + 1]; i++) {
            int position = positions[i];
            if (position + 1 == corpus.length) {
                continue;
            }
            int next = corpus[position + 1];
            if (counts[0][next] == 0) {
                tokens[distinct++] = next;
            }
            for (int order = 0; order < ORDER && agree(position, text, length, order); order++) {
                totals[order]++;
                types[order] += counts[order][next]++ == 0 ? 1 : 0;
            }
        }
        double[] probabilities = new double[distinct];
        for (int i = 0; i < distinct; i++) {
            double probability = counts[0][tokens[i]] / (double) totals[0];
            for (int order = 1; order < ORDER && totals[order] > 0; order++) {
                probability = (Math.max(counts[order][tokens[i]] - DISCOUNT, 0) + DISCOUNT * types[order] * probability)
                        / totals[order];
            }
            probabilities[i] = probability;
        }
        for (int i = 0; i < distinct; i++) {
            for (int order = 0; order < ORDER; order++) {
                counts[order][tokens[i]] = 0;
            }
        }
        return new Continuations(Arrays.copyOf(tokens, distinct), probabilities);
    }

    /** Whether the token that is {@code back} places before the last one is the same in the text and at the position. */
    private boolean agree(int position, int[] text, int length, int back) {
        return back == 0 || back < length && back <= position && corpus[position - back] == text[length - 1 - back];
    }

    /**
     * The rarest word of {@code prompt} that the training text knows too, upper and lower case being the same, and what leads
     * up to it there: the unbroken run of words that ends with it.
     *
     * @param choice which of the places where the word stands: taken modulo their number
     * @return the tokens, that of the word itself being the last; empty when no word is known
     */
    int[] leadingTo(String prompt, int choice) {
        String[] words = new String[pieces.length];
        Map<String, Integer> frequencies = new HashMap<>(pieces.length * 2);
        for (int token = 0; token < pieces.length; token++) {
            if (isWord(token)) {
                words[token] = pieces[token].toLowerCase(Locale.ROOT);
                Integer sofar = frequencies.get(words[token]);
                frequencies.put(words[token], (sofar == null ? 0 : sofar) + firsts[token + 1] - firsts[token]);
            }
        }
        String rarest = null;
        int fewest = Integer.MAX_VALUE;
        for (Pieces asked = new Pieces(prompt.replace('\'', '’')); asked.next();) {
            String word = asked.text().toLowerCase(Locale.ROOT);
            Integer frequency = frequencies.get(word);
            if (frequency != null && frequency <= fewest) {
                rarest = word;
                fewest = frequency;
            }
        }
        if (rarest == null) {
            return new int[0];
        }
        int end = 0;
        for (int skip = Math.floorMod(choice, fewest); skip >= 0; end++) {
            skip -= rarest.equals(words[corpus[end]]) ? 1 : 0;
        }
        int from = end - 1;
        while (words[corpus[from - 1]] != null) {
            from--;
        }
        return Arrays.copyOfRange(corpus, from, end);
    }

    private boolean isWord(int token) {
        return Character.isLetterOrDigit(pieces[token].codePointAt(0));
    }
}
