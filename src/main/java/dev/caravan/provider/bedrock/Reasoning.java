package dev.caravan.provider.bedrock;

import dev.caravan.message.ContentBlock.Thinking;

/**
 * The signatures of reasoning, and reasoning that only its model can read, on their way to the client and back. Anthropic's are the
 * same everywhere and stay as they are. Other vendors' mean nothing to Anthropic, which would refuse a conversation with one in it, so
 * they get Caravan's mark on their way out and lose it on their way back; reasoning without a signature gets the mark alone.
 * Immutable.
 */
record Reasoning(ModelId model) {
    /** What a block of reasoning has that its model did not sign. */
    static final String UNSIGNED = Thinking.MINTED_SIGNATURE + "bedrock";

    private static final String MARK = UNSIGNED + ":";

    /** The signature, or the reasoning, that the client sees. */
    String toClient(String signature) {
        return model.maybeAnthropic() ? signature : MARK + signature;
    }

    /** The signature, or the reasoning, that the model made, null when it made none, or another model did. */
    String toModel(String signature) {
        if (signature.startsWith(MARK)) {
            return model.maybeAnthropic() ? null : signature.substring(MARK.length());
        }
        boolean anthropics = !signature.isEmpty() && !signature.startsWith(Thinking.MINTED_SIGNATURE);
        return anthropics && model.maybeAnthropic() ? signature : null;
    }
}
