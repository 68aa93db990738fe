package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The Messages API itself, whose bytes pass through. A reply tells the name that the client asked for, since Claude Code leaves out the
 * thinking of a reply in which another model is named.
 */
final class AnthropicFixture implements DialectFixture {
    private static final String MESSAGE_START = "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"%s\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":20,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":10,\"output_tokens\":1}}}";
    private static final List<String> CALLING = List.of(
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}",
            "{\"type\":\"ping\"}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Two at once.\"}}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"EqQBCgIYAhIM+/==\"}}",
            "{\"type\":\"content_block_stop\",\"index\":0}",
            "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
            "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"I do it.\"}}",
            "{\"type\":\"content_block_stop\",\"index\":1}",
            "{\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_A\",\"name\":\"Bash\",\"input\":{},\"caller\":{\"type\":\"direct\"}}}",
            "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\"}}",
            "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"command\\\": \\\"echo \"}}",
            "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"first\\\"}\"}}",
            "{\"type\":\"content_block_stop\",\"index\":2}",
            "{\"type\":\"content_block_start\",\"index\":3,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_B\",\"name\":\"Read\",\"input\":{},\"caller\":{\"type\":\"direct\"}}}",
            "{\"type\":\"content_block_delta\",\"index\":3,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"file_path\\\": \\\"note.txt\\\"}\"}}",
            "{\"type\":\"content_block_stop\",\"index\":3}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}",
            "{\"type\":\"message_stop\"}");

    private static final List<String> SAID = List.of("{\"type\":\"content_block_stop\",\"index\":0}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}",
            "{\"type\":\"message_stop\"}");

    /** The data of the events of thinking, text and two calls. */
    static List<String> calling(String model) {
        return joined(List.of(MESSAGE_START.formatted(model)), CALLING);
    }

    /** The data of the events of a text. */
    static List<String> saying(String model, String text) {
        return joined(beginning(model, text), SAID);
    }

    private static List<String> joined(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }

    /** The data of the events that have begun to say something. */
    static List<String> beginning(String model, String text) {
        return List.of(MESSAGE_START.formatted(model),
                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text
                        + "\"}}");
    }

    /** A message in one piece. */
    static String message(String model, String content, String stopReason) {
        return "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""
                + model + "\",\"content\":[" + content + "],\"stop_reason\":\"" + stopReason
                + "\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":20,"
                + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":10,\"output_tokens\":9}}";
    }

    /** Thinking, text and two calls in one piece. */
    static String callingAtOnce(String model) {
        return message(model,
                """
                    {"type":"thinking","thinking":"Two at once.","signature":"EqQBCgIYAhIM+/=="},{"type":"text","text":"I do it."},\
                    {"type":"tool_use","id":"toolu_A","name":"Bash","input":{"command":"echo first"},"caller":{"type":"direct"}},\
                    {"type":"tool_use","id":"toolu_B","name":"Read","input":{"file_path":"note.txt"},"caller":{"type":"direct"}}""",
                "tool_use");
    }

    /** The calls and results of a request whose messages are those of the Messages API. */
    static ToolTurn messages(JsonNode request) {
        ToolTurn turn = new ToolTurn();
        for (JsonNode message : request.path("messages")) {
            for (JsonNode block : message.path("content")) {
                switch (block.path("type").asText()) {
                    case "tool_use" ->
                        turn.call(block.path("id").asText(), block.path("name").asText(), block.path("input"));
                    case "tool_result" -> turn.result(block.path("tool_use_id").asText(), text(block.path("content")));
                    default -> {
                    }
                }
            }
        }
        return turn;
    }

    private static String text(JsonNode content) {
        return content.isTextual() ? content.asText() : String.join("", content.findValuesAsText("text"));
    }

    private static byte[] frames(List<String> events) {
        StringBuilder frames = new StringBuilder();
        for (String event : events) {
            frames.append(Wire.frame(Json.read(event).path("type").asText(), event));
        }
        return frames.toString().getBytes(UTF_8);
    }

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public String provider() {
        return "{ dialect: anthropic, base-url: \"%s/anthropic\", api-key: upstream-key-0123456789 }";
    }

    @Override
    public String target() {
        return model();
    }

    @Override
    public ToolTurn turn(JsonNode request) {
        return messages(request);
    }

    @Override
    public List<String> foreignWords() {
        return List.of();
    }

    @Override
    public String thinkingBack() {
        return "\"signature\":\"EqQBCgIYAhIM+/==\"";
    }

    @Override
    public String contentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public byte[] calls() {
        return frames(calling(model()));
    }

    @Override
    public String callsAtOnce() {
        return callingAtOnce(model());
    }

    @Override
    public byte[] answer(String text) {
        return frames(saying(model(), text));
    }

    @Override
    public String answerAtOnce(String text) {
        return message(model(), "{\"type\":\"text\",\"text\":\"" + text + "\"}", "end_turn");
    }

    @Override
    public byte[] beginning() {
        return frames(beginning(model(), BEGINNING));
    }

    @Override
    public byte[] failure() {
        return "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy, sorry\"}}\n\n"
                .getBytes(UTF_8);
    }

    @Override
    public String failureType() {
        return "overloaded_error";
    }

    @Override
    public void refuse(UpstreamCall call) throws IOException {
        call.reply("429 Too Many Requests", "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"},\"request_id\":\"req_up\"}",
                "retry-after: 7");
    }
}
