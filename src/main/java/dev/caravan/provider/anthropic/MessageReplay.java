package dev.caravan.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.IOException;
import java.util.function.Consumer;

/** Tells a whole message as the events that it would have streamed as, for an upstream that does not stream. */
final class MessageReplay {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MessageReplay() {}

    /**
     * @param json a message of the Messages API
     * @throws ApiException 502 when it is none
     */
    static void events(byte[] json, Consumer<MessageEvent> out) throws IOException {
        if (!(JSON.readTree(json) instanceof ObjectNode message) || !message.path("content").isArray()) {
            throw noMessage();
        }
        JsonNode content = message.get("content");
        ObjectNode end = JSON.createObjectNode();
        end.set("stop_reason", message.get("stop_reason"));
        end.set("stop_sequence", message.get("stop_sequence"));
        ObjectNode start = message.deepCopy();
        start.putArray("content");
        start.putNull("stop_reason");
        start.putNull("stop_sequence");
        send(out, event("message_start").set("message", start));
        for (int i = 0; i < content.size(); i++) {
            block(content.get(i), i, out);
        }
        ObjectNode delta = event("message_delta");
        delta.set("delta", end);
        delta.set("usage", message.get("usage"));
        send(out, delta);
        send(out, event("message_stop"));
    }

    private static void block(JsonNode block, int index, Consumer<MessageEvent> out) throws IOException {
        if (!block.isObject()) {
            throw noMessage();
        }
        ObjectNode opened = block.deepCopy();
        ObjectNode delta = JSON.createObjectNode();
        switch (block.path("type").asText()) {
            case "text" -> {
                opened.put("text", "");
                delta.put("type", "text_delta").set("text", block.get("text"));
            }
            case "thinking" -> {
                opened.put("thinking", "").put("signature", "");
                delta.put("type", "thinking_delta").set("thinking", block.get("thinking"));
            }
            case "tool_use", "server_tool_use" -> {
                opened.putObject("input");
                delta.put("type", "input_json_delta").put("partial_json", block.path("input").toString());
            }
            default -> {
                // Other blocks come whole with their start.
            }
        }
        ObjectNode start = indexed("content_block_start", index);
        start.set("content_block", opened);
        send(out, start);
        if (!delta.isEmpty()) {
            delta(index, delta, out);
        }
        if (block.path("type").asText().equals("thinking")) {
            ObjectNode signature = JSON.createObjectNode().put("type", "signature_delta");
            signature.set("signature", block.get("signature"));
            delta(index, signature, out);
        }
        send(out, indexed("content_block_stop", index));
    }

    private static void delta(int index, ObjectNode delta, Consumer<MessageEvent> out) throws IOException {
        ObjectNode event = indexed("content_block_delta", index);
        event.set("delta", delta);
        send(out, event);
    }

    private static ObjectNode event(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private static ObjectNode indexed(String type, int index) {
        return event(type).put("index", index);
    }

    private static void send(Consumer<MessageEvent> out, JsonNode event) throws IOException {
        out.accept(new RawEvent(event.get("type").asText(), JSON.writeValueAsBytes(event)));
    }

    private static ApiException noMessage() {
        return new ApiException(502, ErrorType.API_ERROR, "the upstream answered with JSON that is no message");
    }
}
