package dev.caravan.provider.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ReplyValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one line of a reply says; a reply that does not stream is one line. A field of an unexpected type is passed over like one
 * that is not known.
 *
 * @param thinking more of the reasoning, empty if none
 * @param content more of the answer, empty if none
 * @param calls whole calls of tools
 * @param done whether this is the last line
 * @param doneReason why, empty when not told
 * @param promptTokens tokens of the prompt, 0 when not told, as for a prompt that was cached
 * @param outputTokens tokens generated, 0 when not told
 * @param error what went wrong, null if nothing
 */
record ReplyLine(String thinking, String content, List<ToolCall> calls, boolean done, String doneReason,
        long promptTokens, long outputTokens, String error) {
    /** A call; its arguments are an object's JSON. */
    record ToolCall(String id, String name, String arguments) {}

    boolean hasOutput() {
        return !(thinking.isEmpty() && content.isEmpty() && calls.isEmpty());
    }

    static ReplyLine read(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            ReplyLine line = new Reader(json).line();
            if (json.nextToken() != null) {
                throw new IOException("more than a JSON object");
            }
            return line;
        }
    }

    private static final class Reader {
        private final JsonParser json;
        private String thinking = "";
        private String content = "";
        private List<ToolCall> calls = List.of();

        Reader(JsonParser json) {
            this.json = json;
        }

        ReplyLine line() throws IOException {
            boolean done = false;
            String doneReason = "";
            long promptTokens = 0;
            long outputTokens = 0;
            String error = null;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (field) {
                    case "message" -> message();
                    case "done" -> {
                        done = value == JsonToken.VALUE_TRUE;
                        json.skipChildren();
                    }
                    case "done_reason" -> doneReason = ReplyValue.string(json);
                    case "prompt_eval_count" -> promptTokens = ReplyValue.count(json);
                    case "eval_count" -> outputTokens = ReplyValue.count(json);
                    case "error" -> {
                        if (value == JsonToken.VALUE_NULL) {
                            continue;
                        }
                        error = OllamaErrors.text(json);
                    }
                    default -> json.skipChildren();
                }
            }
            return new ReplyLine(thinking, content, calls, done, doneReason, promptTokens, outputTokens, error);
        }

        private void message() throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (field) {
                    case "thinking" -> thinking = ReplyValue.string(json);
                    case "content" -> content = ReplyValue.string(json);
                    case "tool_calls" -> toolCalls();
                    // What the Messages API has no block for would be lost without a word.
                    case "images" -> {
                        if (value == JsonToken.START_ARRAY && json.nextToken() != JsonToken.END_ARRAY) {
                            throw OllamaErrors
                                    .broken("the provider's reply holds images, which the Messages API cannot carry");
                        }
                        json.skipChildren();
                    }
                    default -> json.skipChildren();
                }
            }
        }

        private void toolCalls() throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            calls = new ArrayList<>(2);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    toolCall();
                } else {
                    json.skipChildren();
                }
            }
        }

        private void toolCall() throws IOException {
            String id = "";
            ToolCall function = new ToolCall("", "", "");
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("id")) {
                    id = ReplyValue.string(json);
                } else if (field.equals("function") && value == JsonToken.START_OBJECT) {
                    function = function();
                } else {
                    json.skipChildren();
                }
            }
            calls.add(new ToolCall(id, function.name, function.arguments));
        }

        private ToolCall function() throws IOException {
            String name = "";
            String arguments = "";
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (field) {
                    case "name" -> name = ReplyValue.string(json);
                    case "arguments" ->
                        arguments = value.isStructStart()
                                ? ReplyValue.json(json)
                                : EventSequencer.wholeArguments(ReplyValue.string(json));
                    default -> json.skipChildren();
                }
            }
            return new ToolCall("", name, arguments);
        }
    }
}
