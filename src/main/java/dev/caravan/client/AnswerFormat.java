package dev.caravan.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.util.Locale;
import org.apache.camel.Message;

/** What of an answer is put into the body. */
enum AnswerFormat {
    /** The whole message, JSON. */
    MESSAGE,
    /** Its text alone. */
    TEXT;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException for a name that is none of {@code message} and {@code text} */
    static AnswerFormat of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * Puts an answer into the body, and why it ended into the header {@code caravanStopReason}.
     *
     * @param json the message, UTF-8
     * @throws ApiException when it is no message
     */
    void write(byte[] json, Message exchange) {
        JsonNode message = read(json);
        if (!message.path("type").asText().equals("message")) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "expected a message from the gateway, found another reply");
        }
        exchange.setHeader("caravanStopReason", message.path("stop_reason").asText());
        exchange.setBody(switch (this) {
            case MESSAGE -> json;
            case TEXT -> text(message);
        });
    }

    /** What is no JSON is an empty node. */
    static JsonNode read(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    private static String text(JsonNode message) {
        StringBuilder text = new StringBuilder();
        for (JsonNode block : message.path("content")) {
            if (block.path("type").asText().equals("text")) {
                text.append(block.path("text").asText());
            }
        }
        return text.toString();
    }
}
