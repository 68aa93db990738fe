package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions.ToolChoiceForm;
import dev.caravan.config.OpenAiOptions.Tools;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.OfferedTools;
import dev.caravan.provider.ToolNames;
import java.io.IOException;

/** Writes the tools of a request and how to choose among them, as far as its provider takes that. */
final class ToolsWriter {
    private final Tools options;
    private final String provider;
    private final ToolNames names;
    private final JsonGenerator out;

    ToolsWriter(Tools options, String provider, ToolNames names, JsonGenerator out) {
        this.options = options;
        this.provider = provider;
        this.names = names;
        this.out = out;
    }

    /** Writes {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}; nothing when no tool is left. */
    void write(MessageRequest request) throws IOException {
        OfferedTools offered = OfferedTools.of(request, provider);
        if (options.choice() == ToolChoiceForm.WORDS) {
            offered = offered.onlyDemanded();
        }
        if (offered.tools().isEmpty() || options.choice() == ToolChoiceForm.AUTO && offered.callForbidden()) {
            return;
        }
        out.writeArrayFieldStart("tools");
        for (Tool tool : offered.tools()) {
            write(tool);
        }
        out.writeEndArray();
        if (offered.choice() != null) {
            choice(offered);
        }
    }

    private void write(Tool tool) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", names.toProvider(tool.name()));
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        out.writeFieldName("parameters");
        tool.inputSchema().writeTo(out);
        if (Boolean.TRUE.equals(tool.strict()) && options.strict()) {
            out.writeBooleanField("strict", true);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private void choice(OfferedTools offered) throws IOException {
        ToolChoice choice = offered.choice();
        if (options.choice() != ToolChoiceForm.AUTO) {
            form(choice);
        } else if (offered.callDemanded()) {
            throw BlockPath.notCarried("tool_choice", "the demand that a tool be called", provider);
        }
        if (choice.disableParallelToolUse() && options.parallel()) {
            out.writeBooleanField("parallel_tool_calls", false);
        }
    }

    private void form(ToolChoice choice) throws IOException {
        switch (choice.mode()) {
            case AUTO -> out.writeStringField("tool_choice", "auto");
            case ANY -> out.writeStringField("tool_choice", "required");
            case NONE -> out.writeStringField("tool_choice", "none");
            case TOOL -> {
                out.writeObjectFieldStart("tool_choice");
                out.writeStringField("type", "function");
                out.writeObjectFieldStart("function");
                out.writeStringField("name", names.toProvider(choice.name()));
                out.writeEndObject();
                out.writeEndObject();
            }
        }
    }
}
