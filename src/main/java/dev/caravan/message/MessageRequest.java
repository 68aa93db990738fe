package dev.caravan.message;

import java.util.List;

/**
 * A request of {@code POST /v1/messages}, decoded and found valid by {@link RequestDecoder}. Immutable but for its bytes, which
 * nobody may modify. Optional numbers are null when the client did not send them.
 *
 * @param body the request's JSON as sent, UTF-8
 * @param modelOffset where in the body the model's JSON string begins, with its quote
 * @param modelLength its length in bytes, quotes included
 * @param model the model's name as requested
 * @param system the system prompt, empty if none
 * @param maxTokens the most tokens to generate; 0 when counting tokens, where there is no such field
 * @param tools empty if none
 * @param toolChoice null when not said
 * @param thinking null when not said
 * @param effort {@code output_config.effort}, null when not said
 * @param outputSchema the JSON schema of {@code output_config.format}, null when not said
 * @param userId {@code metadata.user_id}, null when not said
 * @param serviceTier {@code service_tier}, null when not said
 * @param seed {@code seed}, which the API does not have and some models do; null when not said
 * @param mediaBytes how many of the body's bytes are base64 of images and documents
 * @param mediaTokens a guess at the tokens of all images and documents that are not text
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages</a>
 */
public record MessageRequest(byte[] body, int modelOffset, int modelLength, String model, List<ContentBlock> system,
        List<InputMessage> messages, int maxTokens, boolean stream, List<String> stopSequences, Double temperature,
        Double topP, Integer topK, List<Tool> tools, ToolChoice toolChoice, Thinking thinking, String effort,
        RawJson outputSchema, String userId, String serviceTier, Long seed, long mediaBytes, long mediaTokens) {
    public MessageRequest {
        system = List.copyOf(system);
        messages = List.copyOf(messages);
        stopSequences = List.copyOf(stopSequences);
        tools = List.copyOf(tools);
    }

    /** A guess at the prompt's tokens, never 0. */
    public long estimatedInputTokens() {
        return TokenEstimate.ofBytes(body.length - mediaBytes) + mediaTokens;
    }

    /** The body with another model's name in place of the requested one, all other bytes unchanged. */
    public byte[] bodyForModel(String name) {
        byte[] quoted = MessageJson.quoted(name);
        byte[] changed = new byte[body.length - modelLength + quoted.length];
        System.arraycopy(body, 0, changed, 0, modelOffset);
        System.arraycopy(quoted, 0, changed, modelOffset, quoted.length);
        int rest = modelOffset + modelLength;
        System.arraycopy(body, rest, changed, modelOffset + quoted.length, body.length - rest);
        return changed;
    }
}
