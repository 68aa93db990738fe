package dev.caravan.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * In what a provider differs from others of the OpenAI dialect.
 *
 * @param maxTokensField the request field that bounds the answer
 * @param prematureEnd   what a stream means that ends without {@code finish_reason} and without {@code [DONE]}
 */
public record OpenAiOptions(MaxTokensField maxTokensField, PrematureEnd prematureEnd) {
    /** What suits a server that is only known to speak the dialect. */
    public static final OpenAiOptions DEFAULT = new OpenAiOptions(MaxTokensField.MAX_TOKENS, PrematureEnd.ERROR);

    /**
     * The field of a chat completions request that bounds the answer. OpenAI replaced the first by the second, which its
     * reasoning models need (API reference, "Create chat completion"); most compatible servers know the first only.
     */
    public enum MaxTokensField {
        MAX_TOKENS("max_tokens"), MAX_COMPLETION_TOKENS("max_completion_tokens");

        private final String id;

        MaxTokensField(String id) {
            this.id = id;
        }

        /** The name of the field on the wire, and in {@code caravan.yaml}. */
        public String id() {
            return id;
        }

        static Map<String, MaxTokensField> byId() {
            Map<String, MaxTokensField> fields = new LinkedHashMap<>();
            for (MaxTokensField field : values()) {
                fields.put(field.id, field);
            }
            return fields;
        }
    }

    /** What a stream means that ends cleanly before it said that it is complete. */
    public enum PrematureEnd {
        /** The answer is cut off: the client gets an error. */
        ERROR("error"),
        /** The server never says that an answer is complete: the end is the end. */
        ACCEPT("accept");

        private final String id;

        PrematureEnd(String id) {
            this.id = id;
        }

        /** The name in {@code caravan.yaml}. */
        public String id() {
            return id;
        }

        static Map<String, PrematureEnd> byId() {
            Map<String, PrematureEnd> ends = new LinkedHashMap<>();
            for (PrematureEnd end : values()) {
                ends.put(end.id, end);
            }
            return ends;
        }
    }
}
