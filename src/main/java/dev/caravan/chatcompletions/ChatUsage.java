package dev.caravan.chatcompletions;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.Usage;
import java.io.IOException;

/**
 * Tokens of one message, as this API counts them: the prompt's tokens include those of a cache.
 *
 * @param tokens as the Messages API counts them
 * @param reasoning how many of the generated tokens were reasoning, -1 when that is not known
 */
record ChatUsage(Usage tokens, long reasoning) {
    static final ChatUsage NONE = of(Usage.NONE);

    static ChatUsage of(Usage tokens) {
        return new ChatUsage(tokens, tokens.thinkingTokens() > 0 ? tokens.thinkingTokens() : -1);
    }

    /** This with what a {@code usage} of the Messages API says anew; its numbers are totals. */
    ChatUsage with(JsonNode usage) {
        return new ChatUsage(new Usage(number(usage.path("input_tokens"), tokens.inputTokens()),
                number(usage.path("cache_creation_input_tokens"), tokens.cacheCreationInputTokens()),
                number(usage.path("cache_read_input_tokens"), tokens.cacheReadInputTokens()),
                number(usage.path("output_tokens"), tokens.outputTokens()))
                .servedBy(usage.path("service_tier").isTextual()
                        ? usage.path("service_tier").textValue()
                        : tokens.serviceTier()),
                number(usage.path("output_tokens_details").path("thinking_tokens"), reasoning));
    }

    private static long number(JsonNode number, long otherwise) {
        return number.canConvertToLong() ? number.asLong() : otherwise;
    }

    /** Writes the field {@code service_tier} where it is known, which stands beside the usage here. */
    void writeTierTo(JsonGenerator out) throws IOException {
        if (tokens.serviceTier() != null) {
            out.writeStringField("service_tier", ChatNames.serviceTier(tokens.serviceTier()));
        }
    }

    /** Writes the field {@code usage}. */
    void writeTo(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", tokens.promptTokens());
        out.writeNumberField("completion_tokens", tokens.outputTokens());
        out.writeNumberField("total_tokens", tokens.promptTokens() + tokens.outputTokens());
        out.writeObjectFieldStart("prompt_tokens_details");
        out.writeNumberField("cached_tokens", tokens.cacheReadInputTokens());
        out.writeEndObject();
        if (reasoning >= 0) {
            out.writeObjectFieldStart("completion_tokens_details");
            out.writeNumberField("reasoning_tokens", reasoning);
            out.writeEndObject();
        }
        out.writeEndObject();
    }
}
