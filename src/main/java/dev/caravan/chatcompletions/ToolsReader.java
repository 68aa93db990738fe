package dev.caravan.chatcompletions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Translates the tools of a request and how the model is to choose among them, or among some of them; also under the names that both
 * had of old, {@code functions} and {@code function_call}.
 */
final class ToolsReader {
    private final JsonField request;
    private final FieldPaths paths;
    private final boolean functions;
    private final Set<String> names = new HashSet<>();

    ToolsReader(JsonField request, FieldPaths paths) {
        this.request = request;
        this.paths = paths;
        this.functions = !request.get("tools").present() && request.get("functions").present();
    }

    /** Whether the client uses the names of old. */
    boolean functions() {
        return functions;
    }

    void translateTo(ObjectNode message) {
        List<JsonField> declared = new ArrayList<>();
        List<ObjectNode> translated = new ArrayList<>();
        for (JsonField tool : request.get(functions ? "functions" : "tools").elements()) {
            JsonField function = functions ? tool.object() : function(tool);
            declared.add(function);
            translated.add(tool(function));
        }
        JsonField choice = request.get(functions ? "function_call" : "tool_choice");
        Set<String> offered = names;
        ObjectNode chosen = null;
        if (choice.present() && !functions && isAllowedTools(choice)) {
            JsonField allowed = choice.required("allowed_tools").object();
            offered = allowed(allowed.required("tools"));
            chosen = mode(allowed.required("mode"));
        } else if (choice.present()) {
            chosen = choice(choice);
        }
        ArrayNode tools = JsonField.JSON.createArrayNode();
        for (int i = 0; i < translated.size(); i++) {
            if (offered.contains(translated.get(i).get("name").textValue())) {
                paths.put("tools." + tools.size(), declared.get(i).path());
                paths.put("tools." + tools.size() + ".input_schema", declared.get(i).path() + ".parameters");
                tools.add(translated.get(i));
            }
        }
        if (tools.isEmpty()) {
            return; // what is left of a choice is to call nothing
        }
        message.set("tools", tools);
        boolean single = functions || isFalse(request.get("parallel_tool_calls"));
        if (chosen == null && single) {
            chosen = type("auto");
        }
        if (chosen != null) {
            if (single && !chosen.get("type").textValue().equals("none")) {
                chosen.put("disable_parallel_tool_use", true);
            }
            paths.put("tool_choice", choice.path());
            message.set("tool_choice", chosen);
        }
    }

    private static boolean isAllowedTools(JsonField choice) {
        return !choice.isString() && choice.object().get("type").present()
                && choice.get("type").string().equals("allowed_tools");
    }

    /** The names of the tools that the model may call; the Messages API cannot say that, so no other is offered. */
    private Set<String> allowed(JsonField tools) {
        Set<String> allowed = new HashSet<>();
        for (JsonField tool : tools.elements()) {
            allowed.add(chosen(function(tool.object())));
        }
        if (allowed.isEmpty()) {
            throw tools.problem("there are no tools to choose from");
        }
        return allowed;
    }

    private static ObjectNode mode(JsonField mode) {
        return switch (mode.string()) {
            case "auto" -> type("auto");
            case "required" -> type("any");
            default -> throw mode.unexpected("\"auto\" or \"required\"");
        };
    }

    private static boolean isFalse(JsonField field) {
        return field.present() && !field.bool();
    }

    private static JsonField function(JsonField tool) {
        JsonField type = tool.object().get("type");
        if (type.present() && !type.string().equals("function")) {
            throw type.unexpected("\"function\"");
        }
        return tool.required("function").object();
    }

    private ObjectNode tool(JsonField function) {
        String name = function.required("name").string();
        names.add(name);
        ObjectNode tool = JsonField.JSON.createObjectNode().put("name", name);
        if (function.get("description").present()) {
            tool.put("description", function.get("description").string());
        }
        tool.set("input_schema", schema(function.get("parameters")));
        if (function.get("strict").present()) {
            tool.put("strict", function.get("strict").bool());
        }
        return tool;
    }

    /** The Messages API wants to be told that it is an object. */
    private static ObjectNode schema(JsonField parameters) {
        ObjectNode schema = JsonField.JSON.createObjectNode();
        if (!parameters.present()) {
            schema.put("type", "object").putObject("properties");
            return schema;
        }
        ObjectNode given = parameters.objectNode();
        if (!given.has("type")) {
            schema.put("type", "object");
        }
        return schema.setAll(given);
    }

    private ObjectNode choice(JsonField choice) {
        if (choice.isString()) {
            return switch (choice.string()) {
                case "none" -> type("none");
                case "auto" -> type("auto");
                case "required" -> {
                    if (names.isEmpty()) {
                        throw choice.problem("there are no tools to choose from");
                    }
                    yield type("any");
                }
                default -> throw choice.unexpected(
                        "\"none\", \"auto\", \"required\", a function or allowed tools");
            };
        }
        return type("tool").put("name", chosen(functions ? choice.object() : function(choice)));
    }

    private String chosen(JsonField function) {
        JsonField name = function.required("name");
        if (!names.contains(name.string())) {
            throw name.problem("there is no such tool in the request");
        }
        return name.string();
    }

    private static ObjectNode type(String type) {
        return JsonField.JSON.createObjectNode().put("type", type);
    }
}
