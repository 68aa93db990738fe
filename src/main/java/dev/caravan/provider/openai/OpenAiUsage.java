package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.Usage;
import dev.caravan.provider.ReplyValue;
import java.io.IOException;

/**
 * The tokens of a reply as this dialect counts them: the prompt's include what a cache served. A count that was not told is 0.
 *
 * @param prompt all tokens of the prompt
 * @param completion tokens generated
 * @param total both
 * @param cached prompt tokens that a cache served
 * @param cacheWrite prompt tokens written to a cache
 * @param reasoning how many of the generated tokens are reasoning
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/object">OpenAI: The chat completion object, usage</a>
 */
record OpenAiUsage(long prompt, long completion, long total, long cached, long cacheWrite, long reasoning) {
    /** Reads the value of a field {@code usage}; null when it is null or nothing is told. */
    static OpenAiUsage read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        long prompt = 0;
        long completion = 0;
        long total = 0;
        long cached = 0;
        long cacheWrite = 0;
        long reasoning = 0;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "prompt_tokens" -> prompt = ReplyValue.count(json);
                case "completion_tokens" -> completion = ReplyValue.count(json);
                case "total_tokens" -> total = ReplyValue.count(json);
                // DeepSeek and Moonshot tell the cached tokens beside the others, DeepSeek in the details as well.
                case "prompt_cache_hit_tokens", "cached_tokens" -> cached = Math.max(cached, ReplyValue.count(json));
                case "prompt_tokens_details" -> {
                    Details details = Details.read(json);
                    cached = Math.max(cached, details.cached);
                    cacheWrite = details.cacheWrite;
                }
                case "completion_tokens_details" -> reasoning = Details.read(json).reasoning;
                default -> json.skipChildren();
            }
        }
        OpenAiUsage usage = new OpenAiUsage(prompt, completion, total, cached, cacheWrite, reasoning);
        return prompt == 0 && completion == 0 ? null : usage;
    }

    /**
     * The same in the Messages API's terms.
     *
     * @param estimate what to say where a count is missing: a reply that cost nothing is not believed
     */
    Usage toUsage(Usage estimate) {
        long input = prompt - cached - cacheWrite;
        long output = generated();
        if (output == 0) {
            output = estimate.outputTokens();
        }
        Usage usage = prompt == 0
                ? estimate.withOutputTokens(output)
                : new Usage(Math.max(0, input), cacheWrite, cached, output);
        return usage.withThinkingTokens(reasoning);
    }

    /** xAI does not count reasoning among the completion's tokens, others do; the total tells. */
    private long generated() {
        boolean reasoningApart = reasoning > 0 && total == prompt + completion + reasoning;
        return reasoningApart ? completion + reasoning : completion;
    }

    private record Details(long cached, long cacheWrite, long reasoning) {
        static Details read(JsonParser json) throws IOException {
            long cached = 0;
            long cacheWrite = 0;
            long reasoning = 0;
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return new Details(0, 0, 0);
            }
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "cached_tokens" -> cached = ReplyValue.count(json);
                    case "cache_write_tokens" -> cacheWrite = ReplyValue.count(json);
                    case "reasoning_tokens" -> reasoning = ReplyValue.count(json);
                    default -> json.skipChildren();
                }
            }
            return new Details(cached, cacheWrite, reasoning);
        }
    }
}
