package dev.caravan.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The grammar that every stream which Caravan translates must keep, as a check for tests: exactly one {@code message_start}
 * first; blocks with contiguous indices from 0, each start, deltas, stop, never two open at once, each delta of a type that its
 * block has, no empty text block, at least one fragment for a tool call; exactly one {@code message_delta}, then
 * {@code message_stop}; or one {@code error} and nothing after it. {@code ping} stands only between {@code message_start} and
 * {@code message_stop}. The name of an event is its data's type.
 *
 * <p>
 * A check that passes returns what the stream said, so that a test can go on to compare that.
 */
public final class EventGrammar {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TOOL_USE_ID = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Map<String, Set<String>> DELTAS = Map.of("text", Set.of("text_delta", "citations_delta"),
            "thinking", Set.of("thinking_delta", "signature_delta"), "tool_use", Set.of("input_json_delta"),
            "server_tool_use", Set.of("input_json_delta"));

    private final List<Frame> frames;
    private final List<Block> blocks = new ArrayList<>();
    private final Set<String> toolUseIds = new HashSet<>();
    private int position;
    private OpenBlock open;
    private boolean started;
    private JsonNode messageStart;
    private JsonNode messageDelta;
    private boolean stopped;
    private JsonNode error;

    private EventGrammar(List<Frame> frames) {
        this.frames = frames;
    }

    /** A server-sent event: the value of its {@code event:} line, null if there was none, and its data. */
    public record Frame(String event, String data) {}

    /**
     * A block as its client would put it together.
     *
     * @param type its type on the wire
     * @param id a tool call's id, else empty
     * @param name a tool's name, else empty
     * @param content the joined deltas: text, reasoning or the input's JSON; for redacted thinking its data
     * @param signature the signature of reasoning, empty if none
     */
    public record Block(String type, String id, String name, String content, String signature) {
        public static Block text(String text) {
            return new Block("text", "", "", text, "");
        }

        public static Block thinking(String thinking, String signature) {
            return new Block("thinking", "", "", thinking, signature);
        }

        public static Block redacted(String data) {
            return new Block("redacted_thinking", "", "", data, "");
        }

        public static Block tool(String id, String name, String input) {
            return new Block("tool_use", id, name, input, "");
        }
    }

    /**
     * What a stream said.
     *
     * @param stopReason empty when the stream ended with an error
     * @param stopSequence empty when none was met
     * @param start the data of {@code message_start}, null when the stream failed before it
     * @param end the data of {@code message_delta}, null when the stream failed
     * @param error the {@code error} object of the {@code error} event, null when the message is whole
     */
    public record Said(List<Block> blocks, String stopReason, String stopSequence, JsonNode start, JsonNode end,
            JsonNode error) {}

    /** Checks events that must make a whole message. */
    public static void check(List<MessageEvent> events) {
        whole(events);
    }

    /** Checks the events of a stream that failed before its end. */
    public static void checkCutOff(List<MessageEvent> events) {
        partial(events);
    }

    public static Said whole(List<MessageEvent> events) {
        return wholeStream(frames(events));
    }

    /** Checks a stream on the wire that must make a whole message. */
    public static Said wholeStream(List<Frame> frames) {
        EventGrammar grammar = new EventGrammar(frames);
        Said said = grammar.read();
        grammar.require(grammar.stopped, "the stream ends without message_stop");
        return said;
    }

    /** Checks events of a message that breaks off: everything up to there must keep the grammar. */
    public static Said partial(List<MessageEvent> events) {
        return new EventGrammar(frames(events)).read();
    }

    /** Checks a stream on the wire that must end with an {@code error} event. */
    public static Said failedStream(List<Frame> frames) {
        EventGrammar grammar = new EventGrammar(frames);
        Said said = grammar.read();
        grammar.require(grammar.error != null, "the stream ends without an error event");
        return said;
    }

    /** The events as frames. */
    public static List<Frame> frames(List<MessageEvent> events) {
        return events.stream().map(event -> new Frame(MessageJson.name(event),
                new String(MessageJson.data(event), StandardCharsets.UTF_8))).toList();
    }

    private Said read() {
        for (position = 0; position < frames.size(); position++) {
            Frame frame = frames.get(position);
            require(error == null, "an event follows the error");
            require(!stopped, "an event follows message_stop");
            JsonNode data = json(frame.data());
            String type = data.path("type").asText("");
            require(type.equals(frame.event()), "the event's name is not its data's type");
            if (!started && !type.equals("error")) {
                require(type.equals("message_start"), "the first event is not message_start");
            }
            event(type, data);
        }
        return new Said(List.copyOf(blocks),
                messageDelta == null ? "" : messageDelta.path("delta").path("stop_reason").asText(""),
                messageDelta == null ? "" : messageDelta.path("delta").path("stop_sequence").asText(""), messageStart,
                messageDelta, error);
    }

    private void event(String type, JsonNode data) {
        switch (type) {
            case "message_start" -> messageStart(data);
            case "content_block_start" -> blockStart(data);
            case "content_block_delta" -> blockDelta(data);
            case "content_block_stop" -> blockStop(data);
            case "message_delta" -> messageDelta(data);
            case "message_stop" -> {
                require(messageDelta != null, "message_stop without message_delta");
                stopped = true;
            }
            case "ping" -> {
            }
            case "error" -> {
                error = data.path("error");
                require(error.path("type").isTextual() && error.path("message").isTextual(), "a malformed error");
            }
            default -> require(false, "an event that the API does not have");
        }
    }

    private void messageStart(JsonNode data) {
        require(!started, "a second message_start");
        started = true;
        messageStart = data;
        JsonNode message = data.path("message");
        require(message.path("id").asText("").startsWith("msg_"), "a message without an id");
        require(message.path("role").asText("").equals("assistant"), "a message of another role");
        require(message.path("content").isArray() && message.path("content").isEmpty(), "a message that is not empty");
        require(message.path("stop_reason").isNull() && message.path("stop_sequence").isNull(),
                "a message that starts with a stop reason");
        require(message.path("usage").path("input_tokens").isIntegralNumber(), "a message without usage");
    }

    private void blockStart(JsonNode data) {
        require(messageDelta == null, "a block after message_delta");
        require(open == null, "a block opens while another one is open");
        require(data.path("index").asInt(-1) == blocks.size(), "the block's index is not " + blocks.size());
        JsonNode block = data.path("content_block");
        open = new OpenBlock(block);
        if (open.type.equals("tool_use")) {
            String id = block.path("id").asText("");
            require(TOOL_USE_ID.matcher(id).matches(), "an id that the API refuses");
            require(toolUseIds.add(id), "two tool calls of one id");
            require(!block.path("name").asText("").isEmpty(), "a tool call without a name");
            require(block.path("input").isObject() && block.path("input").isEmpty(), "an input in the start");
        }
        if (open.type.equals("thinking")) {
            require(block.path("thinking").isTextual(), "thinking without a text");
        }
    }

    private void blockDelta(JsonNode data) {
        require(open != null, "a delta outside of a block");
        require(data.path("index").asInt(-1) == blocks.size(), "a delta for a block that is not open");
        JsonNode delta = data.path("delta");
        String type = delta.path("type").asText("");
        require(DELTAS.getOrDefault(open.type, Set.of()).contains(type), "a delta that the block cannot have");
        require(open.signature == null, "a delta after the signature");
        open.deltas++;
        switch (type) {
            case "text_delta" -> open.content.append(delta.path("text").asText());
            case "thinking_delta" -> open.content.append(delta.path("thinking").asText());
            case "input_json_delta" -> open.content.append(delta.path("partial_json").asText());
            case "signature_delta" -> open.signature = delta.path("signature").asText();
            default -> {
            }
        }
    }

    private void blockStop(JsonNode data) {
        require(open != null, "a stop outside of a block");
        require(data.path("index").asInt(-1) == blocks.size(), "a stop for a block that is not open");
        require(!open.type.equals("text") || !open.content.isEmpty(), "an empty text block");
        require(!open.type.equals("tool_use") || open.deltas > 0, "a tool call without a fragment of its input");
        blocks.add(open.closed());
        open = null;
    }

    private void messageDelta(JsonNode data) {
        require(messageDelta == null, "a second message_delta");
        require(open == null, "message_delta while a block is open");
        require(data.path("delta").path("stop_reason").isTextual(), "no stop reason");
        boolean named = data.path("delta").path("stop_sequence").isTextual();
        require(named == data.path("delta").path("stop_reason").asText().equals("stop_sequence"),
                "stop_sequence against stop_reason");
        require(data.path("usage").path("output_tokens").isIntegralNumber(), "no usage");
        messageDelta = data;
    }

    private JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON at event " + position + ": " + text, e);
        }
    }

    private void require(boolean holds, String violation) {
        if (!holds) {
            StringBuilder transcript = new StringBuilder(violation).append(" at event ").append(position);
            frames.forEach(frame -> transcript.append('\n').append(frame.event()).append(": ").append(frame.data()));
            throw new AssertionError(transcript.toString());
        }
    }

    private static final class OpenBlock {
        final String type;
        final String id;
        final String name;
        final StringBuilder content = new StringBuilder();
        String signature;
        int deltas;

        OpenBlock(JsonNode start) {
            type = start.path("type").asText("");
            id = start.path("id").asText("");
            name = start.path("name").asText("");
            content.append(switch (type) {
                case "text" -> start.path("text").asText();
                case "thinking" -> start.path("thinking").asText();
                case "redacted_thinking" -> start.path("data").asText();
                default -> "";
            });
        }

        Block closed() {
            return new Block(type, id, name, content.toString(), signature == null ? "" : signature);
        }
    }
}
