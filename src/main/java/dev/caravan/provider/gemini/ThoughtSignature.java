package dev.caravan.provider.gemini;

import dev.caravan.message.ContentBlock.Thinking;

/**
 * A thought signature of Gemini's inside the signature of a thinking block. The block's signature is {@code caravan:gemini} when
 * Gemini signed nothing, {@code caravan:gemini:own:…} when it signed the thought itself, {@code caravan:gemini:next:…} when it
 * signed what follows, a function call or a text, and {@code caravan:gemini:end:…} when it signed what went before, by a part
 * without text, as a stream does at its end.
 *
 * @param value the signature as Gemini sent it, empty if none
 * @param place what it belongs to
 * @see <a href="https://ai.google.dev/gemini-api/docs/thought-signatures">Gemini API: Thought signatures</a>
 */
record ThoughtSignature(String value, Place place) {
    /** Marks a thought of Gemini's that is not signed. */
    static final String NONE = Thinking.MINTED_SIGNATURE + "gemini";

    private static final String OWN = NONE + ":own:";
    private static final String NEXT = NONE + ":next:";
    private static final String END = NONE + ":end:";

    /** What a signature belongs to. */
    enum Place {
        /** The thought. */
        OWN,
        /** The part behind the thought. */
        NEXT,
        /** A part without text of its own, behind the thought. */
        END
    }

    /** The block's signature that carries one of the thought itself. */
    static String own(String signature) {
        return OWN + signature;
    }

    /** The block's signature that carries the one of the part that follows. */
    static String next(String signature) {
        return NEXT + signature;
    }

    /** The block's signature that carries the one that ends what went before. */
    static String end(String signature) {
        return END + signature;
    }

    /** The value, where it belongs to this; else nothing. */
    String valueOf(Place asked) {
        return place == asked ? value : "";
    }

    /** Reads the signature of a thinking block; null when the thought is not Gemini's. */
    static ThoughtSignature of(Thinking block) {
        String signature = block.signature();
        if (signature.startsWith(NEXT)) {
            return new ThoughtSignature(signature.substring(NEXT.length()), Place.NEXT);
        }
        if (signature.startsWith(END)) {
            return new ThoughtSignature(signature.substring(END.length()), Place.END);
        }
        if (signature.startsWith(OWN)) {
            return new ThoughtSignature(signature.substring(OWN.length()), Place.OWN);
        }
        return signature.equals(NONE) ? new ThoughtSignature("", Place.OWN) : null;
    }
}
