package dev.caravan.message;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gathers an Anthropic upstream's own events into the message that they tell. Fields, blocks and deltas that Caravan does not know
 * are kept. Not thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Anthropic: Streaming messages</a>
 */
final class RawAccumulator {
    /** Numbers stay as they are written: 1.50 does not become 1.5. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    /** What a block, or another object that is kept, costs beside its JSON. */
    private static final int OBJECT_COST = 512;

    private final Map<Integer, Block> blocks = new TreeMap<>();
    private ObjectNode message;
    private final long most;
    private boolean stopped;
    private long size;

    /** @param most the most bytes of the message; what is not kept of an event does not count */
    RawAccumulator(long most) {
        this.most = most;
    }

    /**
     * Takes the next event; one of an unknown name says nothing about the message.
     *
     * @throws ApiException when it tells of a failure, makes no message with those before it, or makes one that is too large
     */
    void add(RawEvent raw) {
        switch (raw.name()) {
            case "message_start" -> {
                count(raw.data().length);
                start(object(raw, read(raw).get("message")));
            }
            case "content_block_start" -> open(raw);
            case "content_block_delta" -> delta(raw);
            case "message_delta" -> change(raw);
            case "message_stop" -> stopped = true;
            case "error" -> throw failure(raw);
            default -> {
                // a ping, the end of a block, or news
            }
        }
    }

    boolean complete() {
        return stopped && message != null;
    }

    /** The message, JSON in UTF-8. */
    byte[] json() {
        ArrayNode content = message.putArray("content");
        blocks.values().forEach(block -> content.add(block.whole()));
        try {
            // As text, since writing bytes fails at half of a surrogate pair.
            return Text.wellFormed(JSON.writeValueAsString(message)).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree in memory does not fail", e);
        }
    }

    private void count(long bytes) {
        size += bytes;
        if (size > most) {
            throw broken("sent a message of more than " + most + " bytes");
        }
    }

    private void start(ObjectNode started) {
        if (message != null) {
            throw broken("began a second message within a message");
        }
        message = started;
    }

    private void open(RawEvent raw) {
        count(raw.data().length + OBJECT_COST);
        JsonNode event = read(raw);
        Block block = new Block(object(raw, event.get("content_block")));
        if (blocks.putIfAbsent(index(event), block) != null) {
            throw broken("began the block " + index(event) + " twice");
        }
    }

    private void delta(RawEvent raw) {
        JsonNode event = read(raw);
        Block block = blocks.get(index(event));
        if (block == null) {
            throw broken("went on with the block " + index(event) + ", which it had not begun");
        }
        ObjectNode delta = object(raw, event.get("delta"));
        for (JsonNode value : delta) {
            count(value.isTextual()
                    ? value.textValue().length()
                    : value.isContainerNode() ? raw.data().length + OBJECT_COST : 0);
        }
        block.add(delta);
    }

    /** What the end of a message tells goes over what its start did; of the usage, each count by itself. */
    private void change(RawEvent raw) {
        count(raw.data().length);
        ObjectNode event = object(raw, read(raw));
        if (message == null) {
            throw broken("sent a message_delta before its message");
        }
        message.setAll(object(raw, event.get("delta")));
        if (event.get("usage") instanceof ObjectNode totals) {
            message.set("usage", message.get("usage") instanceof ObjectNode before ? before.setAll(totals) : totals);
        }
        event.remove(List.of("type", "delta", "usage"));
        message.setAll(event);
    }

    /** A failure in mid-stream has no status of its own. */
    private static ApiException failure(RawEvent raw) {
        JsonNode error = read(raw).path("error");
        ErrorType type = ErrorType.ofWireName(error.path("type").asText());
        if (type == ErrorType.AUTHENTICATION_ERROR || type == ErrorType.PERMISSION_ERROR) {
            return broken("refused the gateway's credential");
        }
        return ApiException.verbatim(type.status(), type, Text.excerpt(error.path("message").asText(), 500),
                raw.data());
    }

    private static int index(JsonNode event) {
        return event.path("index").asInt();
    }

    private static JsonNode read(RawEvent raw) {
        try {
            return JSON.readTree(raw.data());
        } catch (IOException | NumberFormatException e) { // the second for an exponent that no number type has
            throw broken("sent an event " + raw.name() + " that is no JSON");
        }
    }

    private static ObjectNode object(RawEvent raw, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw broken("sent an event " + raw.name() + " without what it should hold");
    }

    private static ApiException broken(String what) {
        return new ApiException(502, ErrorType.API_ERROR, "the upstream " + what);
    }

    /** A block and what its deltas have added; text is gathered apart, since a tree would copy it with each. */
    private record Block(ObjectNode start, Map<String, StringBuilder> texts) {
        /** Where the fragments of a tool call's input gather, which is no field of the block. */
        private static final String INPUT = "partial_json";

        Block(ObjectNode start) {
            this(start, new TreeMap<>());
        }

        void add(ObjectNode delta) {
            JsonNode type = delta.remove("type");
            switch (type == null ? "" : type.asText()) {
                case "text_delta" -> add("text", delta.path("text"));
                case "thinking_delta" -> add("thinking", delta.path("thinking"));
                case "input_json_delta" -> add(INPUT, delta.path(INPUT));
                case "signature_delta" -> start.set("signature", delta.path("signature"));
                case "citations_delta" -> citations().add(delta.path("citation"));
                default -> delta.properties().forEach(field -> add(field.getKey(), field.getValue()));
            }
        }

        /** Text goes behind the text that is there; all else takes the place of what is there. */
        private void add(String field, JsonNode value) {
            if (value.isTextual()) {
                texts.computeIfAbsent(field, name -> new StringBuilder(start.path(name).asText("")))
                        .append(value.asText());
            } else {
                start.set(field, value);
            }
        }

        private ArrayNode citations() {
            return start.get("citations") instanceof ArrayNode there ? there : start.putArray("citations");
        }

        ObjectNode whole() {
            texts.forEach((field, text) -> {
                if (!field.equals(INPUT)) {
                    start.put(field, text.toString());
                } else if (!text.toString().isBlank()) {
                    start.putRawValue("input", new RawValue(MessageJson.input(text.toString())));
                }
            });
            return start;
        }
    }
}
