package dev.caravan.chatcompletions;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells a whole message as a chat completion, with the same things left out as in a stream.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/object">OpenAI: chat completion</a>
 */
final class CompletionEncoder {
    private final JsonNode message;
    private final boolean functions;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<JsonNode> calls = new ArrayList<>();

    private CompletionEncoder(JsonNode message, boolean functions) {
        this.message = message;
        this.functions = functions;
        for (JsonNode block : message.path("content")) {
            switch (block.path("type").asText()) {
                case "text" -> text.append(block.path("text").asText());
                case "thinking" -> reasoning.append(block.path("thinking").asText());
                case "tool_use" -> calls.add(block);
                default -> {
                    // Redacted reasoning, server tools and what is newer than this program.
                }
            }
        }
    }

    /**
     * Encodes a message of the Messages API.
     *
     * @param message JSON in UTF-8
     * @param functions whether calls are told as those of functions of old
     * @param created when the reply was made, in seconds since 1970
     * @return JSON in UTF-8
     * @throws ApiException 502 when that is no message, or one that cannot be told
     */
    static byte[] encode(byte[] message, boolean functions, long created) {
        JsonNode json;
        try {
            json = JsonField.JSON.readTree(message);
        } catch (IOException | NumberFormatException e) { // the second for an exponent that no number type has
            throw noMessage();
        }
        if (!json.path("content").isArray()) {
            throw noMessage();
        }
        return new CompletionEncoder(json, functions).encode(created);
    }

    private static ApiException noMessage() {
        return new ApiException(502, ErrorType.API_ERROR, "the upstream answered with JSON that is no message");
    }

    private byte[] encode(long created) {
        String finishReason = ChatNames.finishReason(message.path("stop_reason").asText(""), functions);
        if (functions && calls.size() > 1) {
            throw ChatNames.secondCall();
        }
        return MessageJson.write(out -> {
            out.writeStringField("id", ChatNames.completionId(message.path("id").asText()));
            out.writeStringField("object", "chat.completion");
            out.writeNumberField("created", created);
            out.writeStringField("model", message.path("model").asText());
            out.writeArrayFieldStart("choices");
            out.writeStartObject();
            out.writeNumberField("index", 0);
            out.writeObjectFieldStart("message");
            message(out);
            out.writeEndObject();
            out.writeNullField("logprobs");
            out.writeStringField("finish_reason", finishReason);
            out.writeEndObject();
            out.writeEndArray();
            ChatUsage usage = ChatUsage.NONE.with(message.path("usage"));
            usage.writeTierTo(out);
            usage.writeTo(out);
        });
    }

    private void message(JsonGenerator out) throws IOException {
        out.writeStringField("role", "assistant");
        out.writeStringField("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        out.writeStringField("refusal", message.path("stop_details").path("explanation").textValue());
        if (!reasoning.isEmpty()) {
            out.writeStringField("reasoning_content", reasoning.toString());
        }
        if (calls.isEmpty()) {
            return;
        }
        if (functions) {
            out.writeObjectFieldStart("function_call");
            function(calls.getFirst(), out);
            out.writeEndObject();
            return;
        }
        out.writeArrayFieldStart("tool_calls");
        for (JsonNode call : calls) {
            out.writeStartObject();
            out.writeStringField("id", call.path("id").asText());
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            function(call, out);
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** Input that the model did not finish is told as it is, like in a stream. */
    private static void function(JsonNode call, JsonGenerator out) throws IOException {
        JsonNode input = call.path("input");
        JsonNode unparsed = input.size() == 1 ? input.path("_unparsed") : input.path("");
        out.writeStringField("name", call.path("name").asText());
        out.writeStringField("arguments", unparsed.isTextual() ? unparsed.textValue() : input.toString());
    }
}
