package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.SystemPrompt;
import dev.caravan.provider.ToolNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Encodes a request of the Messages API as one of chat completions. The same request always gives the same bytes, and a
 * conversation that goes on begins with the bytes it had before, so that the provider's prompt cache serves it.
 *
 * <p>
 * Not sent, because the dialect has nothing for it: earlier reasoning, cache breakpoints, {@code top_k}, the reasoning budget
 * (only {@code output_config.effort} is translated), metadata, tools that run at Anthropic. What would change the meaning by its
 * absence is refused instead. Thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: Create chat completion</a>
 */
public final class OpenAiRequestEncoder {
    /** OpenAI takes no more stop sequences than these; more make the request fail. */
    private static final int MAX_STOP = 4;
    /** What this dialect writes around texts and schemas, so that the buffer seldom grows. */
    private static final int HEADROOM = 4 * 1024;

    private final OpenAiOptions options;

    public OpenAiRequestEncoder(OpenAiOptions options) {
        this.options = options;
    }

    /**
     * The body of {@code POST /chat/completions}.
     *
     * @param model the model's name at the provider
     * @param names the tools' names of this call, which its decoder needs as well
     * @return JSON in UTF-8
     * @throws ApiException 400 when the request holds what this dialect cannot carry; names its path
     */
    public byte[] encode(MessageRequest request, String model, ToolNames names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + HEADROOM);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("model", model);
            parameters(request, out);
            ToolsWriter.write(request, names, out);
            messages(request, names, out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void parameters(MessageRequest request, JsonGenerator out) throws IOException {
        if (request.maxTokens() == 0) {
            throw ApiException.invalid("max_tokens", "0 has no counterpart at a provider of the openai dialect");
        }
        out.writeNumberField(options.maxTokensField().id(), request.maxTokens());
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("top_p", request.topP());
        }
        if (!request.stopSequences().isEmpty()) {
            out.writeArrayFieldStart("stop");
            for (String stop : request.stopSequences().stream().limit(MAX_STOP).toList()) {
                out.writeString(stop);
            }
            out.writeEndArray();
        }
        String effort = effort(request.effort());
        if (effort != null) {
            out.writeStringField("reasoning_effort", effort);
        }
        if (request.outputSchema() != null) {
            outputFormat(request, out);
        }
        if (request.stream()) {
            out.writeBooleanField("stream", true);
            out.writeObjectFieldStart("stream_options");
            out.writeBooleanField("include_usage", true);
            out.writeEndObject();
        }
    }

    /** The levels above high are not everywhere; one that the Messages API does not have is left out. */
    private static String effort(String effort) {
        return switch (effort) {
            case "low", "medium", "high" -> effort;
            case "xhigh", "max" -> "high";
            case null, default -> null;
        };
    }

    /** This dialect wants a name for the schema, the Messages API has none. */
    private static void outputFormat(MessageRequest request, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("response_format");
        out.writeStringField("type", "json_schema");
        out.writeObjectFieldStart("json_schema");
        out.writeStringField("name", "response");
        out.writeFieldName("schema");
        request.outputSchema().writeTo(out);
        out.writeBooleanField("strict", true);
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void messages(MessageRequest request, ToolNames names, JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("messages");
        String system = SystemPrompt.text(request.system());
        if (!system.isEmpty()) {
            out.writeStartObject();
            out.writeStringField("role", "system");
            out.writeStringField("content", system);
            out.writeEndObject();
        }
        new ConversationWriter(out, request, names).write();
        out.writeEndArray();
    }
}
