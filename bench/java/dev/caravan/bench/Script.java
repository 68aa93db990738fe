package dev.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the upstream is asked to answer, told by the model name alone so that it passes through any gateway:
 * {@code bench-<tokens>x<interval>} or {@code bench-<tokens>x<interval>ms}, for example {@code bench-200x0} (200 content
 * events at once) or {@code bench-500x20ms} (500 content events, one every 20 ms).
 *
 * @param tokens         content events of a stream, words of a JSON reply; 1 to {@value #MAX_TOKENS}
 * @param intervalMillis time between two content events in milliseconds; 0 sends all of them at once
 */
record Script(int tokens, int intervalMillis) {

    static final int MAX_TOKENS = 100_000;
    static final int MAX_INTERVAL_MILLIS = 60_000;

    private static final Pattern NAME = Pattern.compile("bench-(\\d{1,6})x(\\d{1,5})(?:ms)?");
    private static final String[] WORDS = {" the", " camels", " rest", " while", " water", " is", " drawn", " from",
            " a",
            " deep", " well", " and", " the", " night", " comes", " slowly"};

    Script {
        if (tokens < 1 || tokens > MAX_TOKENS || intervalMillis < 0 || intervalMillis > MAX_INTERVAL_MILLIS) {
            throw new IllegalArgumentException(
                    "bench-<1 to " + MAX_TOKENS + ">x<0 to " + MAX_INTERVAL_MILLIS + ">ms expected");
        }
    }

    /**
     * Reads a model name.
     *
     * @throws IllegalArgumentException when the name is not of this form or out of bounds
     */
    static Script of(String model) {
        Matcher m = NAME.matcher(model);
        if (!m.matches()) {
            throw new IllegalArgumentException("model name bench-<tokens>x<interval> expected");
        }
        return new Script(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }

    /** The model name that asks for this script. */
    String model() {
        return "bench-" + tokens + "x" + intervalMillis + (intervalMillis == 0 ? "" : "ms");
    }

    /** The text of the content event with this number, from 0; never empty, nothing in it needs escaping in JSON. */
    String token(int number) {
        return WORDS[number % WORDS.length];
    }

    /** All tokens, joined: what a client must have received in the end. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(token(i));
        }
        return text.toString();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
