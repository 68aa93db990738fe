package dev.caravan.provider.anthropic;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.InputMessage;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import java.util.Set;

/**
 * A request for an Anthropic upstream: the client's own bytes with the target's model in place of the requested one, and without
 * reasoning that Anthropic has not signed, which it would refuse. A message that was nothing else is left out with it. Unknown
 * fields, order of keys, numbers, white space and cache breakpoints stay as they are. Thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/extended-thinking">Anthropic: Extended thinking</a>
 */
public final class AnthropicRequestEncoder {
    private AnthropicRequestEncoder() {}

    /**
     * The request's body.
     *
     * @param model the model's name at the upstream
     * @param without fields of the request that the upstream's version of the API does not have
     * @return JSON in UTF-8; the client's own array when nothing had to change
     * @throws dev.caravan.message.ApiException 400 when no message would be left
     */
    public static byte[] encode(MessageRequest request, String model, Set<String> without) {
        BodyEdits edits = new BodyEdits();
        if (!request.model().equals(model)) {
            edits.replace(request.modelOffset(), request.modelOffset() + request.modelLength(),
                    MessageJson.quoted(model));
        }
        if (!without.isEmpty() || request.messages().stream().anyMatch(AnthropicRequestEncoder::hasForeignThinking)) {
            RequestEditor.leaveOut(request.body(), without, edits);
        }
        return edits.applyTo(request.body());
    }

    private static boolean hasForeignThinking(InputMessage message) {
        for (ContentBlock block : message.content()) {
            if (block instanceof Thinking thinking && RequestEditor.isForeign(thinking)
                    || block instanceof RedactedThinking redacted && redacted.minted()) {
                return true;
            }
        }
        return false;
    }
}
