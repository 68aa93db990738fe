package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells a whole message of the Messages API as the events that it would have streamed as, for an upstream that does not stream.
 * Every value keeps its spelling. Thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Anthropic: Streaming messages</a>
 */
public final class MessageReplay {
    /** What of a message only its end tells in a stream. */
    private static final List<String> OF_THE_END = List.of("stop_reason", "stop_sequence", "stop_details");
    private static final String NO_USAGE = "{\"input_tokens\":0,\"output_tokens\":0}";

    /** What of the usage counts what is still to be generated. */
    private static final List<String> OF_THE_OUTPUT = List.of("output_tokens", "output_tokens_details",
            "server_tool_use",
            "iterations");
    private static final String NOTHING = "\"\"";

    private final String provider;
    private final Consumer<MessageEvent> out;

    private MessageReplay(String provider, Consumer<MessageEvent> out) {
        this.provider = provider;
        this.out = out;
    }

    /**
     * Hands the events on, from {@code message_start} to {@code message_stop}.
     *
     * @param provider the provider's name, for errors
     * @param json a message of the Messages API, UTF-8
     * @throws ApiException 502 when it is none
     * @throws IOException when it holds bytes that are no JSON
     */
    public static void events(String provider, byte[] json, Consumer<MessageEvent> out) throws IOException {
        MessageReplay replay = new MessageReplay(provider, out);
        RawJson message = new RawJson(json, 0, json.length);
        if (!message.isObject()) {
            throw replay.noMessage();
        }
        replay.message(JsonSlices.fields(message));
    }

    private void message(Map<String, RawJson> message) throws IOException {
        if (!is('[', message.get("content"))) {
            throw noMessage();
        }
        List<RawJson> blocks = JsonSlices.elements(message.get("content"));
        start(message);
        for (int i = 0; i < blocks.size(); i++) {
            if (!is('{', blocks.get(i))) {
                throw noMessage();
            }
            block(i, JsonSlices.fields(blocks.get(i)));
        }
        end(message);
    }

    private void start(Map<String, RawJson> message) throws IOException {
        JsonText event = event("message_start").name("message").open();
        event.field("content", "[]").field("stop_reason", "null").field("stop_sequence", "null");
        message.forEach((name, value) -> {
            if (!name.equals("content") && !name.equals("usage") && !OF_THE_END.contains(name)) {
                event.field(name, value.text());
            }
        });
        event.field("usage", openingUsage(message.get("usage")));
        send("message_start", event.close());
    }

    /** What the prompt cost is known when a stream begins; of the output there is nothing yet. */
    private static String openingUsage(RawJson usage) throws IOException {
        if (!is('{', usage)) {
            return NO_USAGE;
        }
        JsonText opening = new JsonText().open();
        JsonSlices.fields(usage).forEach((name, value) -> {
            if (!OF_THE_OUTPUT.contains(name)) {
                opening.field(name, value.text());
            }
        });
        return opening.field("output_tokens", "0").close().toString();
    }

    private void end(Map<String, RawJson> message) {
        JsonText event = event("message_delta").name("delta").open();
        event.field("stop_reason", text(message.get("stop_reason")));
        event.field("stop_sequence", text(message.get("stop_sequence")));
        for (String name : List.of("stop_details", "container")) {
            if (message.containsKey(name)) {
                event.field(name, message.get(name).text());
            }
        }
        RawJson usage = message.get("usage");
        event.close().field("usage", is('{', usage) ? usage.text() : NO_USAGE);
        if (message.containsKey("context_management")) {
            event.field("context_management", message.get("context_management").text());
        }
        send("message_delta", event);
        send("message_stop", event("message_stop"));
    }

    private void block(int index, Map<String, RawJson> block) throws IOException {
        JsonText start = event("content_block_start").field("index", Integer.toString(index)).name("content_block")
                .open();
        String type = text(block.get("type"));
        switch (type) {
            case "\"text\"" -> {
                String text = string(block.get("text"));
                boolean cited = is('[', block.get("citations"));
                block.forEach((name, value) -> start.field(name,
                        name.equals("text") ? "\"\"" : cited && name.equals("citations") ? "[]" : value.text()));
                send("content_block_start", start.close());
                delta(index, "text", "text", text);
                for (RawJson citation : cited ? JsonSlices.elements(block.get("citations")) : List.<RawJson>of()) {
                    delta(index, "citations", "citation", citation.text());
                }
            }
            case "\"thinking\"" -> {
                String thinking = string(block.get("thinking"));
                start.field("type", type).field("thinking", "\"\"").field("signature", "\"\"");
                block.forEach((name, value) -> {
                    if (!List.of("type", "thinking", "signature").contains(name)) {
                        start.field(name, value.text());
                    }
                });
                send("content_block_start", start.close());
                delta(index, "thinking", "thinking", thinking);
                if (is('"', block.get("signature"))) {
                    delta(index, "signature", "signature", block.get("signature").text());
                }
            }
            case "\"tool_use\"", "\"server_tool_use\"", "\"mcp_tool_use\"" -> {
                if (!is('{', block.get("input"))) {
                    throw noMessage();
                }
                block.forEach((name, value) -> start.field(name, name.equals("input") ? "{}" : value.text()));
                send("content_block_start", start.close());
                delta(index, "input_json", "partial_json", quoted(block.get("input").text()));
            }
            default -> {
                // Other blocks come whole with their start.
                block.forEach((name, value) -> start.field(name, value.text()));
                send("content_block_start", start.close());
            }
        }
        send("content_block_stop", event("content_block_stop").field("index", Integer.toString(index)));
    }

    private void delta(int index, String kind, String field, String value) {
        if (value.equals(NOTHING)) {
            return;
        }
        send("content_block_delta", event("content_block_delta").field("index", Integer.toString(index))
                .name("delta").open().field("type", "\"" + kind + "_delta\"").field(field, value).close());
    }

    private void send(String name, JsonText event) {
        out.accept(new RawEvent(name, event.close().utf8()));
    }

    private static JsonText event(String type) {
        return new JsonText().open().field("type", "\"" + type + "\"");
    }

    private static boolean is(char first, RawJson value) {
        return value != null && value.source()[value.offset()] == first;
    }

    private static String text(RawJson value) {
        return value == null ? "null" : value.text();
    }

    private String string(RawJson value) {
        if (!is('"', value)) {
            throw noMessage();
        }
        return value.text();
    }

    private static String quoted(String text) {
        return new String(MessageJson.quoted(text), StandardCharsets.UTF_8);
    }

    private ApiException noMessage() {
        return new ApiException(502, ErrorType.API_ERROR,
                "provider " + provider + " answered with JSON that is no message of the Messages API");
    }

    /** An object as it is written, of values that are JSON already. */
    private static final class JsonText {
        private final StringBuilder text = new StringBuilder();
        private boolean first;

        JsonText open() {
            text.append('{');
            first = true;
            return this;
        }

        JsonText name(String name) {
            text.append(first ? "" : ",").append(quoted(name)).append(':');
            first = false;
            return this;
        }

        JsonText field(String name, String json) {
            name(name).text.append(json);
            return this;
        }

        JsonText close() {
            text.append('}');
            first = false;
            return this;
        }

        @Override
        public String toString() {
            return text.toString();
        }

        byte[] utf8() {
            return toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
