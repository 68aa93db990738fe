package dev.caravan.message;

/**
 * Tokens of one message, in the API's terms: what the prompt held in all is the sum of the three input counts.
 *
 * @param inputTokens prompt tokens that no cache served
 * @param cacheCreationInputTokens prompt tokens written to a cache
 * @param cacheReadInputTokens prompt tokens read from a cache
 * @param outputTokens tokens generated so far, cumulative
 * @param thinkingTokens how many of those are reasoning; 0 where the provider does not tell
 * @param serviceTier the capacity that served the request, {@code standard}, {@code priority} or {@code batch}; null when not told
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/prompt-caching">Anthropic: Prompt caching, usage</a>
 */
public record Usage(long inputTokens, long cacheCreationInputTokens, long cacheReadInputTokens, long outputTokens,
        long thinkingTokens, String serviceTier) {
    /** No tokens at all. */
    public static final Usage NONE = new Usage(0, 0, 0, 0);

    /** The usage of a reply of which nobody tells how much was reasoning, nor which capacity served it. */
    public Usage(long inputTokens, long cacheCreationInputTokens, long cacheReadInputTokens, long outputTokens) {
        this(inputTokens, cacheCreationInputTokens, cacheReadInputTokens, outputTokens, 0, null);
    }

    /** The usage of a reply that no cache took part in. */
    public static Usage of(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, 0, 0, outputTokens);
    }

    /** All tokens of the prompt, cached or not. */
    public long promptTokens() {
        return inputTokens + cacheCreationInputTokens + cacheReadInputTokens;
    }

    /** The same prompt with another count of generated tokens. */
    public Usage withOutputTokens(long tokens) {
        return new Usage(inputTokens, cacheCreationInputTokens, cacheReadInputTokens, tokens, thinkingTokens,
                serviceTier);
    }

    /** The same with what is told of the reasoning; it cannot be more than was generated. */
    public Usage withThinkingTokens(long tokens) {
        return new Usage(inputTokens, cacheCreationInputTokens, cacheReadInputTokens, outputTokens,
                Math.min(tokens, outputTokens), serviceTier);
    }

    /** The same tokens, served by this capacity; this when it is null. */
    public Usage servedBy(String tier) {
        return tier == null
                ? this
                : new Usage(inputTokens, cacheCreationInputTokens, cacheReadInputTokens, outputTokens, thinkingTokens,
                        tier);
    }
}
