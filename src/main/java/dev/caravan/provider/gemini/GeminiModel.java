package dev.caravan.provider.gemini;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model's name tells of what it takes. A name that tells no generation, such as an alias or a tuned model, is taken for one
 * of generation 2.5, which the later ones understand.
 *
 * @param name the model's name, without {@code models/} before it
 * @see <a href="https://ai.google.dev/gemini-api/docs/thinking">Gemini API: Thinking</a>
 */
record GeminiModel(String name) {
    private static final Pattern GENERATION = Pattern.compile("gemini-(\\d{1,3})(?:\\.(\\d{1,3}))?(?![\\d.]).*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String PREFIX = "models/";
    private static final int MOST_THOUGHTS_OF_PRO = 32_768;
    private static final int MOST_THOUGHTS = 24_576;

    /** How a model is told how much to think. */
    enum ThinkingControl {
        /** It does not think, and refuses to be told. */
        NONE,
        /** By a number of tokens. */
        BUDGET,
        /** By a word. */
        LEVEL
    }

    /** @param name the model as configured or requested; {@code models/} may stand before it, as in Gemini's own list */
    static GeminiModel of(String name) {
        return new GeminiModel(name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
    }

    ThinkingControl thinkingControl() {
        if (name.startsWith("gemma")) {
            return ThinkingControl.NONE;
        }
        int generation = generation();
        return generation >= 30
                ? ThinkingControl.LEVEL
                : generation >= 25 ? ThinkingControl.BUDGET : ThinkingControl.NONE;
    }

    /** Whether it is of generation 3 or later: it insists on its signatures, and takes media in the results of functions. */
    boolean ofGeneration3() {
        return thinkingControl() == ThinkingControl.LEVEL;
    }

    /** The first model of generation 3 knows the levels low and high only. */
    boolean knowsMediumLevel() {
        return !name.startsWith("gemini-3-pro");
    }

    /** Whether the model may be told not to think at all. */
    boolean canStopThinking() {
        return !name.contains("pro");
    }

    /** The largest budget of tokens to think with. */
    int mostThoughts() {
        return name.contains("pro") ? MOST_THOUGHTS_OF_PRO : MOST_THOUGHTS;
    }

    /** The generation in tenths: 25 for 2.5. */
    private int generation() {
        Matcher matcher = GENERATION.matcher(name.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return 25;
        }
        int minor = matcher.group(2) == null ? 0 : Math.min(9, Integer.parseInt(matcher.group(2)));
        return 10 * Integer.parseInt(matcher.group(1)) + minor;
    }

    /**
     * Whether this can be a model's name. Whoever sends a request may choose it, and it becomes part of a URL, whose escapes Camel's
     * HTTP component decodes; so nothing that could mean something there may pass.
     */
    boolean isName() {
        return NAME.matcher(name).matches();
    }

    /** The path of a method of this model, below the base URL. */
    String path(String method) {
        return "/v1beta/models/" + name + ":" + method;
    }
}
