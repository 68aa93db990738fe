package dev.caravan.it;

import java.io.IOException;

/** Texts that tests put on the wire. */
final class Wire {
    /** Stands in every prompt; must never be logged, nor told in an error. */
    static final String PROMPT = "a-prompt-that-nobody-else-may-see";
    /** Stands in every answer; must never be logged. */
    static final String ANSWER = "an-answer-that-nobody-else-may-see";
    /** The gateway's key at the upstream. */
    static final String UPSTREAM_KEY = "upstream-key-0123456789";

    static final String MESSAGE_START = "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\",\"type\":\"message\","
            + "\"role\":\"assistant\",\"model\":\"claude-up\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":12,\"cache_read_input_tokens\":3,\"output_tokens\":1}} }";
    static final String BLOCK_START = "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
            + "{\"type\":\"text\",\"text\":\"\"}      }";
    static final String BLOCK_STOP = "{\"type\":\"content_block_stop\",\"index\":0          }";
    static final String MESSAGE_DELTA = "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
            + "\"stop_sequence\":null},\"usage\":{\"output_tokens\":29} }";
    static final String MESSAGE_STOP = "{\"type\":\"message_stop\"    }";

    /** A whole message that did not stream, in a form that no serializer would give back. */
    static final String MESSAGE = "{ \"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-up\", "
            + "\"content\":[{\"type\":\"text\",\"text\":\"" + ANSWER + " \\u00e9\"}],\"new_field\":1.50e1,"
            + "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":12,\"output_tokens\":29,\"cache_read_input_tokens\":3}}\n";

    private Wire() {}

    /** A delta of text; the text goes into JSON as it is. */
    static String delta(String text) {
        return "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text
                + "\"}}";
    }

    /** The frame of an event. */
    static String frame(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    /** The frames that open a message with one block of text. */
    static String opening() {
        return frame("message_start", MESSAGE_START) + frame("content_block_start", BLOCK_START)
                + frame("ping", "{\"type\": \"ping\"}");
    }

    /** The frames that close it. */
    static String closing() {
        return frame("content_block_stop", BLOCK_STOP) + frame("message_delta", MESSAGE_DELTA)
                + frame("message_stop", MESSAGE_STOP);
    }

    /** A whole stream. */
    static String stream() {
        return opening() + frame("content_block_delta", delta(ANSWER)) + closing();
    }

    /** What an upstream does that streams for who asks for a stream. */
    static void answer(UpstreamCall call) throws IOException {
        if (call.request().text().contains("\"stream\":true")) {
            call.streamHead().chunk(stream()).lastChunk();
        } else {
            call.json(MESSAGE);
        }
    }

    /** A request for the model. */
    static String request(String model) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT
                + "\"}]}";
    }

    /** A request for the model that wants a stream. */
    static String streaming(String model) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":64,\"stream\":true,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"" + PROMPT + "\"}]}";
    }
}
