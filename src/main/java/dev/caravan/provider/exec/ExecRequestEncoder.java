package dev.caravan.provider.exec;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.Call;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.InputMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Thinking;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.OfferedTools;
import dev.caravan.provider.SystemPrompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * Encodes a request as the line that a process reads, see {@code docs/exec-protocol.md}: the Messages API's own request with one
 * form for what may be said in several, so that {@code system} and {@code content} are always arrays of blocks. Equal prompts
 * become equal bytes, for the sake of prefix caches.
 */
public final class ExecRequestEncoder {
    private ExecRequestEncoder() {}

    /**
     * The request line, JSON in UTF-8 with a line feed behind it and none in it.
     *
     * @param messageId the id of the message to be written
     * @param target where it goes; the process gets the model's name without its provider
     * @param seed what makes sampling repeatable, null when not said
     * @throws dev.caravan.message.ApiException 400 when the request demands a tool that it does not declare
     */
    public static byte[] encode(MessageRequest request, String messageId, Call.Target target, Long seed) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(request.body().length + 256);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("type", "generate");
            out.writeStringField("id", messageId);
            out.writeStringField("model", target.model());
            prompt(request, target.provider(), out);
            options(request, out);
            if (seed != null) {
                out.writeNumberField("seed", seed);
            }
            out.writeBooleanField("stream", request.stream());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static void prompt(MessageRequest request, String provider, JsonGenerator out) throws IOException {
        List<ContentBlock> system = SystemPrompt.blocks(request.system());
        if (!system.isEmpty()) {
            out.writeFieldName("system");
            ExecContent.write(system, out);
        }
        out.writeArrayFieldStart("messages");
        for (InputMessage message : request.messages()) {
            out.writeStartObject();
            out.writeStringField("role", wireName(message.role()));
            out.writeFieldName("content");
            ExecContent.write(message.content(), out);
            out.writeEndObject();
        }
        out.writeEndArray();
        tools(OfferedTools.of(request, provider), out);
    }

    /** The client's own tools. Those that Anthropic runs nobody else can, so the model is not told of them. */
    private static void tools(OfferedTools offered, JsonGenerator out) throws IOException {
        if (offered.tools().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("tools");
        for (Tool tool : offered.tools()) {
            out.writeStartObject();
            out.writeStringField("name", tool.name());
            if (tool.description() != null) {
                out.writeStringField("description", tool.description());
            }
            out.writeFieldName("input_schema");
            out.writeRawValue(tool.inputSchema().compact());
            if (tool.strict() != null) {
                out.writeBooleanField("strict", tool.strict());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        if (offered.choice() != null) {
            toolChoice(offered.choice(), out);
        }
    }

    private static void toolChoice(ToolChoice choice, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("tool_choice");
        out.writeStringField("type", wireName(choice.mode()));
        if (choice.mode() == ToolChoice.Mode.TOOL) {
            out.writeStringField("name", choice.name());
        }
        if (choice.disableParallelToolUse()) {
            out.writeBooleanField("disable_parallel_tool_use", true);
        }
        out.writeEndObject();
    }

    private static void options(MessageRequest request, JsonGenerator out) throws IOException {
        out.writeNumberField("max_tokens", request.maxTokens());
        if (!request.stopSequences().isEmpty()) {
            out.writeArrayFieldStart("stop_sequences");
            for (String sequence : request.stopSequences()) {
                out.writeString(sequence);
            }
            out.writeEndArray();
        }
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("top_p", request.topP());
        }
        if (request.topK() != null) {
            out.writeNumberField("top_k", request.topK());
        }
        if (request.thinking() != null) {
            thinking(request.thinking(), out);
        }
        if (request.effort() != null || request.outputSchema() != null) {
            outputConfig(request, out);
        }
    }

    private static void thinking(Thinking thinking, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("thinking");
        out.writeStringField("type", thinking.mode());
        if (thinking.budgetTokens() > 0) {
            out.writeNumberField("budget_tokens", thinking.budgetTokens());
        }
        out.writeEndObject();
    }

    private static void outputConfig(MessageRequest request, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("output_config");
        if (request.effort() != null) {
            out.writeStringField("effort", request.effort());
        }
        if (request.outputSchema() != null) {
            out.writeObjectFieldStart("format");
            out.writeStringField("type", "json_schema");
            out.writeFieldName("schema");
            out.writeRawValue(request.outputSchema().compact());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static String wireName(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
