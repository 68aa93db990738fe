package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;

/**
 * Writes the tools of a request and how to choose among them. Tools without a schema run at Anthropic; nobody else has them, so
 * they are left out, and so is a choice that names one.
 */
final class ToolsWriter {
    private ToolsWriter() {}

    /** Writes {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}; nothing when no tool is left. */
    static void write(MessageRequest request, ToolNames names, JsonGenerator out) throws IOException {
        List<Tool> tools = request.tools().stream().filter(ToolsWriter::portable).toList();
        if (tools.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("tools");
        for (Tool tool : tools) {
            write(tool, names, out);
        }
        out.writeEndArray();
        if (request.toolChoice() != null) {
            write(request.toolChoice(), tools, names, out);
        }
    }

    private static boolean portable(Tool tool) {
        return tool.name() != null && tool.inputSchema() != null;
    }

    private static void write(Tool tool, ToolNames names, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", names.toProvider(tool.name()));
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        out.writeFieldName("parameters");
        tool.inputSchema().writeTo(out);
        if (Boolean.TRUE.equals(tool.strict())) {
            out.writeBooleanField("strict", true);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void write(ToolChoice choice, List<Tool> tools, ToolNames names, JsonGenerator out)
            throws IOException {
        switch (choice.mode()) {
            case AUTO -> out.writeStringField("tool_choice", "auto");
            case ANY -> out.writeStringField("tool_choice", "required");
            case NONE -> out.writeStringField("tool_choice", "none");
            case TOOL -> {
                if (tools.stream().anyMatch(tool -> tool.name().equals(choice.name()))) {
                    out.writeObjectFieldStart("tool_choice");
                    out.writeStringField("type", "function");
                    out.writeObjectFieldStart("function");
                    out.writeStringField("name", names.toProvider(choice.name()));
                    out.writeEndObject();
                    out.writeEndObject();
                }
            }
        }
        if (choice.disableParallelToolUse()) {
            out.writeBooleanField("parallel_tool_calls", false);
        }
    }
}
