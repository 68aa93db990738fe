package dev.caravan.it;

/** Texts of an upstream that speaks Gemini's API, as the wire has them. */
final class GeminiWire {
    private static final String USAGE = "{\"promptTokenCount\": 30,\"cachedContentTokenCount\": 10,\"candidatesTokenCount\": 5,"
            + "\"thoughtsTokenCount\": 4,\"totalTokenCount\": 39}";

    private GeminiWire() {}

    /** A chunk with these parts, an array's JSON. */
    static String parts(String parts) {
        return "data: " + reply(parts, null) + "\r\n\r\n";
    }

    /** A chunk of text; it goes into JSON as it is. */
    static String text(String text) {
        return parts("[{\"text\": \"" + text + "\"}]");
    }

    /** The chunk that ends a message. */
    static String end(String finishReason) {
        return "data: " + reply("[{\"text\": \"\"}]", finishReason) + "\r\n\r\n";
    }

    /** A whole reply, which is a chunk as well. */
    static String reply(String parts, String finishReason) {
        return "{\"candidates\": [{\"content\": {\"parts\": " + parts + ",\"role\": \"model\"},"
                + (finishReason == null ? "" : "\"finishReason\": \"" + finishReason + "\",")
                + "\"index\": 0}],\"usageMetadata\": " + USAGE
                + ",\"modelVersion\": \"gemini-up\",\"responseId\": \"WQuqavG5KbfUjMcPuP_n6QI\"}";
    }

    /** An error as a body. */
    static String error(int code, String status, String message, String details) {
        return "{\n  \"error\": {\n    \"code\": " + code + ",\n    \"message\": \"" + message
                + "\",\n    \"status\": \""
                + status + "\",\n    \"details\": [" + details + "]\n  }\n}\n";
    }
}
