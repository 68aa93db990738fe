package dev.caravan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the stream of one answer of the Messages API and hands what is in it to a printer. It is complete only when
 * {@code message_stop} has come; whatever else ends it is a failure. Unknown events and blocks are passed over, as the API asks
 * of clients. Not thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Anthropic: Streaming messages</a>
 */
final class AnswerReader {
    private static final ObjectReader JSON = new ObjectMapper().reader();
    private static final int LONGEST_MESSAGE = 2_000;

    private final ChatPrinter printer;
    private final boolean withThinking;
    private final SseParser parser = new SseParser();
    /** The tool calls that are being read, by the index of their block. */
    private final Map<Integer, ToolCall> toolCalls = new HashMap<>();
    private String model = "";
    private String stopReason = "";
    private long inputTokens;
    private long outputTokens;
    private boolean stopped;

    private record ToolCall(String name, StringBuilder input) {}

    /**
     * @param withThinking whether what the model thinks is printed
     */
    AnswerReader(ChatPrinter printer, boolean withThinking) {
        this.printer = printer;
        this.withThinking = withThinking;
    }

    /**
     * Reads to the end of the message.
     *
     * @throws CommandFailure when the answer failed or is not complete; what came of it is printed
     */
    void read(ReplyBody body) throws CommandFailure, InterruptedException {
        try {
            while (!stopped) {
                Optional<byte[]> bytes = body.next();
                if (bytes.isEmpty()) {
                    end();
                } else {
                    feed(bytes.get());
                }
            }
        } catch (IOException e) {
            throw new CommandFailure("the answer was cut off: " + NetworkFailure.of(e).text());
        }
    }

    private void feed(byte[] bytes) throws IOException, CommandFailure {
        parser.feed(bytes, 0, bytes.length);
        for (SseEvent event = parser.next(); event != null && !stopped; event = parser.next()) {
            handle(event);
        }
    }

    /** A last event without the blank line after it counts: its JSON shows whether it is whole. */
    private void end() throws IOException, CommandFailure {
        SseEvent last = parser.finish();
        if (last != null) {
            handle(last);
        }
        if (!stopped) {
            throw new CommandFailure("the answer was cut off: the stream ended without message_stop");
        }
    }

    /** Why the model stopped, as the API names it; empty when it did not say. */
    String stopReason() {
        return stopReason;
    }

    /** One line about the answer. */
    String summary() {
        return "model " + model + ", " + inputTokens + " tokens in, " + outputTokens + " out, stop reason "
                + (stopReason.isEmpty() ? "not told" : stopReason);
    }

    private void handle(SseEvent event) throws CommandFailure {
        JsonNode data = data(event);
        int index = data.path("index").asInt();
        switch (data.path("type").asText(event.type())) {
            case "message_start" -> start(data.path("message"));
            case "content_block_start" -> startBlock(index, data.path("content_block"));
            case "content_block_delta" -> delta(index, data.path("delta"));
            case "content_block_stop" -> stopBlock(index);
            case "message_delta" -> {
                stopReason = data.path("delta").path("stop_reason").asText(stopReason);
                usage(data.path("usage"));
            }
            case "message_stop" -> stopped = true;
            case "error" -> throw new CommandFailure(describe(data.path("error")));
            default -> {
                // ping, and whatever later versions of the API bring
            }
        }
    }

    /** The data of an event, which is an object: one that is not was broken off, whatever the event's name. */
    private static JsonNode data(SseEvent event) throws CommandFailure {
        try {
            JsonNode data = JSON.readTree(event.array(), event.offset(), event.length());
            if (data.isObject()) {
                return data;
            }
        } catch (JsonProcessingException e) {
            // told below, like other data that is no object
        } catch (IOException e) {
            throw new IllegalStateException("reading an array does no input", e);
        }
        throw new CommandFailure("the answer was cut off: an event that is not a JSON object");
    }

    private void start(JsonNode message) {
        model = TerminalText.line(message.path("model").asText(), LONGEST_MESSAGE);
        usage(message.path("usage"));
    }

    private void usage(JsonNode usage) {
        inputTokens = usage.path("input_tokens").asLong(inputTokens);
        outputTokens = usage.path("output_tokens").asLong(outputTokens);
    }

    private void startBlock(int index, JsonNode block) throws CommandFailure {
        switch (block.path("type").asText()) {
            case "text" -> printer.text(block.path("text").asText());
            case "thinking" -> think(block.path("thinking").asText());
            case "tool_use", "server_tool_use", "mcp_tool_use" ->
                toolCalls.put(index, new ToolCall(block.path("name").asText(), new StringBuilder()));
            default -> {
                // nothing that a terminal shows
            }
        }
    }

    private void delta(int index, JsonNode delta) throws CommandFailure {
        switch (delta.path("type").asText()) {
            case "text_delta" -> printer.text(delta.path("text").asText());
            case "thinking_delta" -> think(delta.path("thinking").asText());
            case "input_json_delta" -> {
                ToolCall call = toolCalls.get(index);
                if (call != null) {
                    call.input().append(delta.path("partial_json").asText());
                }
            }
            default -> {
                // signatures and citations
            }
        }
    }

    private void stopBlock(int index) throws CommandFailure {
        ToolCall call = toolCalls.remove(index);
        if (call != null) {
            String input = call.input().isEmpty() ? "{}" : call.input().toString().replace('\n', ' ');
            printer.line("[tool_use " + call.name() + " " + input + "]");
        }
    }

    private void think(String piece) {
        if (withThinking) {
            printer.thinking(piece);
        }
    }

    /** The API's error object in a line: {@code overloaded_error: Overloaded}. */
    static String describe(JsonNode error) {
        return TerminalText.line(error.path("type").asText("error") + ": "
                + error.path("message").asText("no message was given"), LONGEST_MESSAGE);
    }
}
