package dev.caravan.provider.gemini;

import dev.caravan.message.ContentBlock.Thinking;

/**
 * A thought signature of Gemini's inside the signature of a thinking block. The block's signature is {@code caravan:gemini} when
 * Gemini signed nothing, {@code caravan:gemini:own:…} when it signed the thought itself, and {@code caravan:gemini:next:…} when
 * it signed what follows, a function call or a text.
 *
 * @param value the signature as Gemini sent it, empty if none
 * @param ofNext whether it belongs to the part behind the thought
 */
record ThoughtSignature(String value, boolean ofNext) {
    /** Marks a thought of Gemini's that is not signed. */
    static final String NONE = Thinking.MINTED_SIGNATURE + "gemini";

    private static final String OWN = NONE + ":own:";
    private static final String NEXT = NONE + ":next:";

    /** The block's signature that carries one of the thought itself. */
    static String own(String signature) {
        return OWN + signature;
    }

    /** The block's signature that carries the one of the part that follows. */
    static String next(String signature) {
        return NEXT + signature;
    }

    /** Reads the signature of a thinking block; null when the thought is not Gemini's. */
    static ThoughtSignature of(Thinking block) {
        String signature = block.signature();
        if (signature.startsWith(NEXT)) {
            return new ThoughtSignature(signature.substring(NEXT.length()), true);
        }
        if (signature.startsWith(OWN)) {
            return new ThoughtSignature(signature.substring(OWN.length()), false);
        }
        return signature.equals(NONE) ? new ThoughtSignature("", false) : null;
    }
}
