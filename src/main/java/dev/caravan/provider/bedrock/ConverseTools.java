package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage.Role;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RawJson;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.message.ToolChoice.Mode;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.OfferedTools;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;

/**
 * Writes the tools of a request and how to choose among them.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html">AWS:
 *      ToolConfiguration</a>
 */
final class ConverseTools {
    private static final RawJson ANY_OBJECT = RawJson.of("{\"type\":\"object\"}");

    private ConverseTools() {}

    /**
     * Writes {@code toolConfig}; nothing when there is no tool to tell of. Bedrock wants one whenever the conversation shows tools in
     * use, so those that are in use and not declared any more are declared by their names.
     *
     * @throws dev.caravan.message.ApiException 400 for a choice that cannot be made
     */
    static void write(MessageRequest request, ModelId model, ToolNames names, String provider, JsonGenerator out)
            throws IOException {
        OfferedTools offered = OfferedTools.of(request, provider);
        List<Tool> used = used(request);
        if (offered.callForbidden()) {
            if (!used.isEmpty()) {
                throw BlockPath.notCarried("tool_choice.type",
                        "\"none\" in a conversation that shows tools in use", provider);
            }
            return;
        }
        List<Tool> told = offered.tools().isEmpty() ? used : offered.tools();
        if (told.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("toolConfig");
        out.writeArrayFieldStart("tools");
        for (Tool tool : told) {
            write(tool, names, out);
        }
        out.writeEndArray();
        if (offered.choice() != null && !offered.tools().isEmpty() && !single(offered, model)) {
            write(offered.choice(), names, out);
        }
        out.writeEndObject();
    }

    /**
     * Whether the choice allows one call only. That has no place in {@code toolConfig}; Anthropic's models take it in their own
     * {@code tool_choice}, and refuse to be told twice.
     */
    private static boolean single(OfferedTools offered, ModelId model) {
        return model.isAnthropic() && !offered.tools().isEmpty() && offered.choice() != null
                && !offered.callForbidden() && offered.choice().disableParallelToolUse();
    }

    /**
     * The choice that Anthropic's models are to be told in their own words; null where {@code toolConfig} says it all.
     *
     * @throws dev.caravan.message.ApiException 400 for a choice that cannot be made
     */
    static ToolChoice modelsOwn(MessageRequest request, ModelId model, String provider) {
        OfferedTools offered = OfferedTools.of(request, provider);
        return single(offered, model) ? offered.choice() : null;
    }

    /** The tools that the assistant has called, by their names alone. */
    private static List<Tool> used(MessageRequest request) {
        return request.messages().stream().filter(message -> message.role() == Role.ASSISTANT)
                .flatMap(message -> message.content().stream()).filter(ToolUse.class::isInstance)
                .map(block -> ((ToolUse) block).name()).distinct()
                .map(name -> new Tool(null, name, null, ANY_OBJECT, null)).toList();
    }

    private static void write(Tool tool, ToolNames names, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeObjectFieldStart("toolSpec");
        out.writeStringField("name", names.toProvider(tool.name()));
        if (tool.description() != null && !tool.description().isBlank()) {
            out.writeStringField("description", tool.description());
        }
        out.writeObjectFieldStart("inputSchema");
        out.writeFieldName("json");
        tool.inputSchema().writeTo(out);
        out.writeEndObject();
        if (Boolean.TRUE.equals(tool.strict())) {
            out.writeBooleanField("strict", true);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void write(ToolChoice choice, ToolNames names, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("toolChoice");
        out.writeObjectFieldStart(switch (choice.mode()) {
            case AUTO -> "auto";
            case ANY -> "any";
            case TOOL -> "tool";
            case NONE -> throw new IllegalStateException("without a choice there are no tools");
        });
        if (choice.mode() == Mode.TOOL) {
            out.writeStringField("name", names.toProvider(choice.name()));
        }
        out.writeEndObject();
        out.writeEndObject();
    }
}
