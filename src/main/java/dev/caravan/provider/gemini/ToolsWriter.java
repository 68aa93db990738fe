package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import dev.caravan.provider.OfferedTools;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the tools of a request and how to choose among them. That calls come one at a time, and that the input keeps to the schema
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
     * @throws dev.caravan.message.ApiException 400 when the choice names a tool that is not there
     */
    static void write(MessageRequest request, ToolNames names, String provider, JsonGenerator out) throws IOException {
        OfferedTools offered = OfferedTools.of(request, provider);
        if (offered.tools().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("tools");
        out.writeStartObject();
        out.writeArrayFieldStart("functionDeclarations");
        SchemaBudget budget = new SchemaBudget();
        List<Tool> all = request.tools();
        int next = 0;
        // Those offered are some of all, in the same order.
        for (int i = 0; i < all.size() && next < offered.tools().size(); i++) {
            if (all.get(i) == offered.tools().get(next)) {
                write(all.get(i), "tools." + i + ".input_schema", budget, names, out);
                next++;
            }
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeEndArray();
        if (offered.choice() != null) {
            write(offered.choice(), names, out);
        }
    }

    private static void write(Tool tool, String path, SchemaBudget budget, ToolNames names, JsonGenerator out)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("name", names.toProvider(tool.name()));
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        ObjectNode schema = asObject(SchemaCleaner.clean(tool.inputSchema(), path, budget));
        // A function without parameters has no schema: an object without properties is refused.
        if (schema.has("properties")) {
            out.writeFieldName("parameters");
            JSON.writeTree(out, schema);
        }
        out.writeEndObject();
    }

    /**
     * Parameters are one object at Gemini. Of alternatives each of whose objects may be meant, it has the properties of all, and
     * requires what all require.
     */
    private static ObjectNode asObject(ObjectNode schema) {
        if (!schema.has("anyOf")) {
            return schema;
        }
        ObjectNode object = JSON.createObjectNode().put("type", "OBJECT");
        ObjectNode properties = JSON.createObjectNode();
        Set<String> required = null;
        for (JsonNode alternative : schema.get("anyOf")) {
            ObjectNode one = asObject((ObjectNode) alternative);
            one.path("properties").properties().forEach(property -> properties.putIfAbsent(property.getKey(),
                    property.getValue()));
            Set<String> names = new LinkedHashSet<>();
            one.path("required").forEach(name -> names.add(name.asText()));
            if (required == null) {
                required = names;
            } else {
                required.retainAll(names);
            }
        }
        if (!properties.isEmpty()) {
            object.set("properties", properties);
        }
        if (required != null && !required.isEmpty()) {
            required.forEach(object.putArray("required")::add);
        }
        return object;
    }

    private static void write(ToolChoice choice, ToolNames names, JsonGenerator out) throws IOException {
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
