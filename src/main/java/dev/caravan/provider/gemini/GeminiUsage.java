package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.Usage;
import java.io.IOException;

/**
 * The tokens of a reply as Gemini counts them: totals so far in every chunk, the prompt's including what a cache served, the
 * thoughts beside the answer's. A count that was not told is 0.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#UsageMetadata">Gemini API: UsageMetadata</a>
 */
record GeminiUsage(long prompt, long cached, long candidates, long thoughts, long toolPrompt) {
    /** Reads the value of {@code usageMetadata}; null when it counts nothing, as in early chunks. */
    static GeminiUsage read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        long prompt = 0;
        long cached = 0;
        long candidates = 0;
        long thoughts = 0;
        long toolPrompt = 0;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "promptTokenCount" -> prompt = count(json);
                case "cachedContentTokenCount" -> cached = count(json);
                case "candidatesTokenCount" -> candidates = count(json);
                case "thoughtsTokenCount" -> thoughts = count(json);
                case "toolUsePromptTokenCount" -> toolPrompt = count(json);
                default -> json.skipChildren();
            }
        }
        GeminiUsage usage = new GeminiUsage(prompt, cached, candidates, thoughts, toolPrompt);
        return prompt == 0 && usage.output() == 0 ? null : usage;
    }

    /**
     * The same in the Messages API's terms.
     *
     * @param estimate what to say where a count is missing
     * @param anythingSaid whether the reply holds anything, which then cost something
     */
    Usage toUsage(Usage estimate, boolean anythingSaid) {
        long output = output() == 0 && anythingSaid ? estimate.outputTokens() : output();
        Usage usage = prompt == 0
                ? estimate.withOutputTokens(output)
                : new Usage(Math.max(0, prompt - cached) + toolPrompt, 0, cached, output);
        return usage.withThinkingTokens(thoughts);
    }

    private long output() {
        return candidates + thoughts;
    }

    /** A count; one that is no number, or below 0, is none. */
    private static long count(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                (long) Math.min(Integer.MAX_VALUE, Math.max(0, json.getDoubleValue()));
            default -> {
                json.skipChildren();
                yield 0;
            }
        };
    }
}
