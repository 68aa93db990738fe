package dev.caravan.provider.anthropic;

import dev.caravan.message.MessageRequest;

/**
 * A request for an Anthropic upstream: the client's own bytes with the target's model in place of the requested one. Unknown
 * fields, order of keys, numbers and cache breakpoints stay as they are.
 */
final class AnthropicRequestEncoder {
    private AnthropicRequestEncoder() {}

    static byte[] encode(MessageRequest request, String model) {
        return request.model().equals(model) ? request.body() : request.bodyForModel(model);
    }
}
