package dev.caravan.chatcompletions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.Text;
import java.io.IOException;

/** Reads the events of an Anthropic upstream, which come as they are, and tells them to the encoder. */
final class RawEvents {
    private static final int MAX_MESSAGE = 500;

    private RawEvents() {}

    /**
     * @throws ApiException for the upstream's own {@code event: error}, and when the event is not valid JSON
     */
    static void tell(RawEvent raw, ChunkEncoder out) {
        JsonNode event = json(raw);
        switch (raw.name()) {
            case "message_start" -> {
                JsonNode message = event.path("message");
                out.start(message.path("id").asText(), message.path("model").asText(),
                        ChatUsage.NONE.with(message.path("usage")));
            }
            case "content_block_start" -> {
                JsonNode block = event.path("content_block");
                switch (block.path("type").asText()) {
                    case "text" -> out.text(block.path("text").asText());
                    case "thinking" -> out.reasoning(block.path("thinking").asText());
                    case "tool_use" -> out.call(block.path("id").asText(), block.path("name").asText(),
                            block.path("input").isObject() ? block.path("input").toString() : "{}");
                    default -> {
                        // Redacted reasoning, server tools and what is newer than this program.
                    }
                }
            }
            case "content_block_delta" -> {
                JsonNode delta = event.path("delta");
                switch (delta.path("type").asText()) {
                    case "text_delta" -> out.text(delta.path("text").asText());
                    case "thinking_delta" -> out.reasoning(delta.path("thinking").asText());
                    case "input_json_delta" -> out.input(delta.path("partial_json").asText());
                    default -> {
                        // Signatures and citations.
                    }
                }
            }
            case "content_block_stop" -> out.endOfBlock();
            case "message_delta" -> {
                JsonNode explanation = event.path("delta").path("stop_details").path("explanation");
                if (explanation.isTextual()) {
                    out.refusal(explanation.textValue());
                }
                out.finish(event.path("delta").path("stop_reason").asText(""),
                        out.usage().with(event.path("usage")));
            }
            case "message_stop" -> out.end();
            case "error" -> {
                throw failure(event.path("error"));
            }
            default -> {
                // Pings and what is newer than this program.
            }
        }
    }

    /** A refused credential is the gateway's, not the client's. */
    private static ApiException failure(JsonNode error) {
        ErrorType type = ErrorType.ofWireName(error.path("type").asText());
        return switch (type) {
            case AUTHENTICATION_ERROR, PERMISSION_ERROR ->
                new ApiException(502, ErrorType.API_ERROR, "the upstream refused the gateway's credential");
            default -> new ApiException(type, Text.excerpt(error.path("message").asText(), MAX_MESSAGE));
        };
    }

    private static JsonNode json(RawEvent raw) {
        try {
            return JsonField.JSON.readTree(raw.data());
        } catch (IOException | NumberFormatException e) { // the second for an exponent that no number type has
            throw new ApiException(502, ErrorType.API_ERROR, "the upstream sent an event that is not valid JSON");
        }
    }
}
