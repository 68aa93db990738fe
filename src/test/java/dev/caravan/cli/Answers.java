package dev.caravan.cli;

/** Pieces of an answer as the Messages API streams it. */
final class Answers {
    static final String START = event("message_start",
            "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"tiny\",\"content\":[],"
                    + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":12,\"output_tokens\":1}}")
            + event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
    static final String PING = event("ping", "\"more\":1");
    static final String STOP = event("message_stop", "\"more\":1");
    static final String END = end("end_turn");

    private Answers() {}

    /** A delta of text, given as it stands in JSON. */
    static String text(String json) {
        return event("content_block_delta",
                "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + json + "\"}");
    }

    static String end(String stopReason) {
        return event("content_block_stop", "\"index\":0") + event("message_delta",
                "\"delta\":{\"stop_reason\":\"" + stopReason
                        + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":7}")
                + STOP;
    }

    static String error(String type, String message) {
        return event("error", "\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}");
    }

    static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }
}
