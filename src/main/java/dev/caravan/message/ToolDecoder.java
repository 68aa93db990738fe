package dev.caravan.message;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Decodes the tools of a request and how the model is to choose among them. Part of {@link RequestDecoder}. */
final class ToolDecoder {
    private static final int MAX_NAME = 128;

    private final JsonCursor json;

    ToolDecoder(JsonCursor json) {
        this.json = json;
    }

    List<Tool> tools() throws IOException {
        json.beginArray();
        List<Tool> tools = new ArrayList<>();
        while (json.nextElement()) {
            tools.add(tool());
        }
        return tools;
    }

    private Tool tool() throws IOException {
        json.beginObject();
        String type = null;
        String name = null;
        String description = null;
        RawJson schema = null;
        Boolean strict = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            if (!present) {
                continue;
            }
            switch (field) {
                case "type" -> type = json.string();
                case "name" -> name = name();
                case "description" -> description = json.string();
                case "input_schema" -> schema = json.rawObject();
                case "strict" -> strict = json.bool();
                default -> json.skip();
            }
        }
        Tool tool = new Tool(type, name, description, schema, strict);
        if (tool.custom() && name == null) {
            throw json.missing("name");
        }
        if (tool.custom() && schema == null) {
            throw json.missing("input_schema");
        }
        return tool;
    }

    private String name() throws IOException {
        String name = json.string();
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw json.problem("must have 1 to " + MAX_NAME + " characters");
        }
        return name;
    }

    ToolChoice choice() throws IOException {
        json.beginObject();
        String type = null;
        String name = null;
        boolean single = false;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            if (!present) {
                continue;
            }
            switch (field) {
                case "type" -> type = json.string();
                case "name" -> name = json.string();
                case "disable_parallel_tool_use" -> single = json.bool();
                default -> json.skip();
            }
        }
        ToolChoice.Mode mode = switch (type) {
            case null -> throw json.missing("type");
            case "auto" -> ToolChoice.Mode.AUTO;
            case "any" -> ToolChoice.Mode.ANY;
            case "tool" -> ToolChoice.Mode.TOOL;
            case "none" -> ToolChoice.Mode.NONE;
            default -> throw json.problem("type",
                    "expected \"auto\", \"any\", \"tool\" or \"none\", got \"" + Text.excerpt(type) + "\"");
        };
        if (mode == ToolChoice.Mode.TOOL && name == null) {
            throw json.missing("name");
        }
        return new ToolChoice(mode, name, single);
    }
}
