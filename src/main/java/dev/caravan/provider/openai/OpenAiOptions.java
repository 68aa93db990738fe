package dev.caravan.provider.openai;

/**
 * How one server's chat completions differ from another's. Filled from the provider's configuration.
 *
 * @param maxTokensField the field that limits the reply: {@code max_tokens}, which most servers know, or
 *        {@code max_completion_tokens}, which OpenAI's reasoning models want
 * @param acceptPrematureEnd whether a stream that just ends, with neither a {@code finish_reason} nor {@code [DONE]}, is taken
 *        for a whole reply. Only for servers that end theirs so: a lost connection looks the same
 */
public record OpenAiOptions(String maxTokensField, boolean acceptPrematureEnd) {
    /** What suits a server that is only known to speak the dialect. */
    public static final OpenAiOptions DEFAULT = new OpenAiOptions("max_tokens", false);
}
