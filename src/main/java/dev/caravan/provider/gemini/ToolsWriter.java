package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;

/**
 * Writes the tools of a request and how to choose among them. Tools without a schema run at Anthropic; nobody else has them, so
 * they are left out, and so is a choice that names one. That calls come one at a time, and that the input keeps to the schema
 * strictly, cannot be asked of Gemini.
 *
 * @see <a href="https://ai.google.dev/api/caching#FunctionDeclaration">Gemini API: FunctionDeclaration</a>
 */
final class ToolsWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ToolsWriter() {}

    /**
     * Writes {@code tools} and {@code toolConfig}; nothing when no tool is left.
     *
     * @throws ApiException 400 when the choice names a tool that is not there
     */
    static void write(MessageRequest request, ToolNames names, JsonGenerator out) throws IOException {
        checkChoice(request);
        List<Tool> tools = request.tools();
        if (tools.stream().noneMatch(ToolsWriter::portable)) {
            return;
        }
        out.writeArrayFieldStart("tools");
        out.writeStartObject();
        out.writeArrayFieldStart("functionDeclarations");
        for (int i = 0; i < tools.size(); i++) {
            if (portable(tools.get(i))) {
                write(tools.get(i), "tools." + i + ".input_schema", names, out);
            }
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeEndArray();
        if (request.toolChoice() != null) {
            write(request.toolChoice(), tools, names, out);
        }
    }

    private static void checkChoice(MessageRequest request) {
        ToolChoice choice = request.toolChoice();
        if (choice != null && choice.mode() == ToolChoice.Mode.TOOL
                && request.tools().stream().noneMatch(tool -> choice.name().equals(tool.name()))) {
            throw ApiException.invalid("tool_choice.name",
                    "there is no tool \"" + Text.excerpt(choice.name()) + "\" among the tools");
        }
    }

    private static boolean portable(Tool tool) {
        return tool.name() != null && tool.inputSchema() != null;
    }

    private static void write(Tool tool, String path, ToolNames names, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", names.toProvider(tool.name()));
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        ObjectNode schema = SchemaCleaner.clean(tool.inputSchema(), path);
        // A function without parameters has no schema: an object without properties is refused.
        if (schema.has("properties")) {
            out.writeFieldName("parameters");
            JSON.writeTree(out, schema);
        }
        out.writeEndObject();
    }

    private static void write(ToolChoice choice, List<Tool> tools, ToolNames names, JsonGenerator out)
            throws IOException {
        boolean offered = tools.stream().anyMatch(tool -> portable(tool) && tool.name().equals(choice.name()));
        if (choice.mode() == ToolChoice.Mode.TOOL && !offered) {
            return;
        }
        out.writeObjectFieldStart("toolConfig");
        out.writeObjectFieldStart("functionCallingConfig");
        out.writeStringField("mode", switch (choice.mode()) {
            case AUTO -> "AUTO";
            case ANY, TOOL -> "ANY";
            case NONE -> "NONE";
        });
        if (choice.mode() == ToolChoice.Mode.TOOL) {
            out.writeArrayFieldStart("allowedFunctionNames");
            out.writeString(names.toProvider(choice.name()));
            out.writeEndArray();
        }
        out.writeEndObject();
        out.writeEndObject();
    }
}
