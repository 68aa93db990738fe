package dev.caravan.message;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests for tests, from the JSON that matters in them. */
final class Requests {
    private Requests() {}

    static MessageRequest decode(String json) {
        return decode(json, ApiVersion.V2023_06_01);
    }

    static MessageRequest decode(String json, ApiVersion version) {
        return RequestDecoder.decode(json.getBytes(StandardCharsets.UTF_8), version);
    }

    /** A valid request with these fields besides those that it must have, as in {@code "stream": true}. */
    static String with(String fields) {
        return """
            {"model":"m","max_tokens":4096,"messages":[{"role":"user","content":"hi"}],%s}""".formatted(fields);
    }

    /** A valid request of one message that has this role and content. */
    static String withMessage(String role, String content) {
        return """
            {"model":"m","max_tokens":4096,"messages":[{"role":"%s","content":%s}]}""".formatted(role, content);
    }

    /** The blocks of a user message of this content. */
    static List<ContentBlock> blocks(String content) {
        return blocks("user", content);
    }

    static List<ContentBlock> blocks(String role, String content) {
        return decode(withMessage(role, content)).messages().getFirst().content();
    }
}
