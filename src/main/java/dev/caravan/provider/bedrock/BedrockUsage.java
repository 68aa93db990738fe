package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.Usage;
import dev.caravan.provider.ReplyValue;
import java.io.IOException;

/**
 * Reads Bedrock's {@code TokenUsage}, whose input tokens leave out those that a cache took part in, like the Messages API's.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html">AWS: TokenUsage</a>
 */
final class BedrockUsage {
    private BedrockUsage() {}

    /**
     * The usage that the parser stands before; null when it is no object, or tells nothing. A count that is not told is 0.
     */
    static Usage read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        long input = 0;
        long output = 0;
        long read = 0;
        long written = 0;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "inputTokens" -> input = ReplyValue.count(json);
                case "outputTokens" -> output = ReplyValue.count(json);
                // Older models have the longer names.
                case "cacheReadInputTokens", "cacheReadInputTokenCount" ->
                    read = Math.max(read, ReplyValue.count(json));
                case "cacheWriteInputTokens", "cacheWriteInputTokenCount" ->
                    written = Math.max(written, ReplyValue.count(json));
                default -> json.skipChildren();
            }
        }
        return input + output + read + written > 0 ? new Usage(input, written, read, output) : null;
    }

    /**
     * The usage of a message that is whole.
     *
     * @param estimate what to say of a count that was not told
     */
    static Usage completed(Usage told, Usage estimate) {
        return new Usage(told.promptTokens() > 0 ? told.inputTokens() : estimate.inputTokens(),
                told.cacheCreationInputTokens(), told.cacheReadInputTokens(),
                told.outputTokens() > 0 ? told.outputTokens() : estimate.outputTokens());
    }
}
