package dev.caravan.chatcompletions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.Ids;
import java.util.HashMap;
import java.util.Map;

/**
 * Translates the messages of a request. System and developer messages become the system prompt, wherever they stand; the results
 * of tools that follow each other become one turn of the user; everything else stays a turn of its own. Not thread-safe; one reads
 * one conversation.
 */
final class ConversationReader {
    /** Reasoning comes back without the signature that it had; this one keeps it from providers that would check it. */
    private static final String SIGNATURE = ContentBlock.Thinking.MINTED_SIGNATURE + "chat-completions";

    private final ArrayNode system;
    private final ArrayNode messages;
    private final FieldPaths paths;
    /** The latest call of each function of old, which has a name and no id. */
    private final Map<String, String> functionCalls = new HashMap<>();
    /** The turn that takes further results of tools, null when another turn has begun. */
    private ArrayNode results;

    /** @param paths takes where the blocks came from */
    ConversationReader(ArrayNode system, ArrayNode messages, FieldPaths paths) {
        this.system = system;
        this.messages = messages;
        this.paths = paths;
    }

    void read(JsonField conversation) {
        for (JsonField message : conversation.elements()) {
            JsonField role = message.object().required("role");
            switch (role.string()) {
                case "system", "developer" -> system(message);
                case "user" -> user(message);
                case "assistant" -> assistant(message);
                case "tool" -> tool(message);
                case "function" -> function(message);
                default -> throw role.unexpected("\"developer\", \"system\", \"user\", \"assistant\" or \"tool\"");
            }
        }
        if (messages.isEmpty()) {
            throw conversation.problem("at least one message is required beside those of the system and the developer");
        }
    }

    private void system(JsonField message) {
        content(message.required("content"), "system", system, ContentPart.Place.SYSTEM);
    }

    private void user(JsonField message) {
        results = null;
        JsonField content = message.required("content");
        turn("user", message, content, ContentPart.Place.USER);
    }

    private void turn(String role, JsonField message, JsonField content, ContentPart.Place place) {
        String path = "messages." + messages.size();
        paths.put(path, message.path());
        ArrayNode blocks = messages.addObject().put("role", role).putArray("content");
        content(content, path + ".content", blocks, place);
    }

    /** Text, or an array of parts. Empty text is left out: the Messages API has no block for it. */
    private void content(JsonField content, String path, ArrayNode blocks, ContentPart.Place place) {
        if (!content.isString() && !content.isArray()) {
            throw content.unexpected("a string or an array of parts");
        }
        if (content.isString()) {
            text(content, path, blocks);
            return;
        }
        for (JsonField part : content.elements()) {
            ObjectNode block = ContentPart.block(part, place);
            if (!block.path("text").asText("-").isEmpty()) {
                add(block, part, path, blocks);
            }
        }
    }

    private void text(JsonField text, String path, ArrayNode blocks) {
        if (!text.string().isEmpty()) {
            add(block("text").put("text", text.string()), text, path, blocks);
        }
    }

    private void add(ObjectNode block, JsonField origin, String path, ArrayNode blocks) {
        String at = path + "." + blocks.size();
        paths.put(at, origin.path());
        switch (block.path("type").asText()) {
            case "image" -> paths.put(at + ".source", origin.path() + ".image_url");
            case "document" -> paths.put(at + ".source", origin.path() + ".file");
            default -> {
            }
        }
        blocks.add(block);
    }

    /** One that says nothing and calls nothing is no turn. */
    private void assistant(JsonField message) {
        if (message.get("audio").present()) {
            throw message.get("audio").problem("audio is not accepted");
        }
        ArrayNode blocks = JsonField.JSON.createArrayNode();
        String turn = "messages." + messages.size();
        String path = turn + ".content";
        JsonField reasoning = message.get("reasoning_content");
        if (reasoning.present() && !reasoning.string().isEmpty()) {
            add(block("thinking").put("thinking", reasoning.string()).put("signature", SIGNATURE), reasoning, path,
                    blocks);
        }
        if (message.get("content").present()) {
            content(message.get("content"), path, blocks, ContentPart.Place.ASSISTANT);
        }
        if (message.get("refusal").present()) {
            text(message.get("refusal"), path, blocks);
        }
        for (JsonField call : message.get("tool_calls").elements()) {
            ObjectNode use = toolCall(call);
            add(use, call.get("function"), path, blocks);
        }
        JsonField function = message.get("function_call");
        if (function.present()) {
            String id = "call_" + messages.size();
            ObjectNode use = use(id, function.object());
            functionCalls.put(use.get("name").textValue(), id);
            add(use, function, path, blocks);
        }
        if (!blocks.isEmpty()) {
            results = null;
            paths.put(turn, message.path());
            messages.addObject().put("role", "assistant").set("content", blocks);
        }
    }

    private static ObjectNode toolCall(JsonField call) {
        JsonField type = call.object().get("type");
        if (type.present() && !type.string().equals("function")) {
            throw type.unexpected("\"function\"");
        }
        String id = Ids.conformingToolUse(call.required("id").string());
        return use(id, call.required("function").object());
    }

    private static ObjectNode use(String id, JsonField function) {
        ObjectNode use = block("tool_use").put("id", id).put("name", function.required("name").string());
        return use.set("input", input(function.required("arguments").string()));
    }

    /** What a model has written need not be JSON; then it is handed on as text, as it is in the Messages API. */
    private static ObjectNode input(String arguments) {
        if (arguments.isBlank()) {
            return JsonField.JSON.createObjectNode();
        }
        try {
            JsonNode input = JsonField.JSON.readTree(arguments);
            if (input instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException | NumberFormatException e) {
            // told below, like JSON that is no object; the second for an exponent that no number type has
        }
        return JsonField.JSON.createObjectNode().put("_unparsed", arguments);
    }

    private void tool(JsonField message) {
        String id = Ids.conformingToolUse(message.required("tool_call_id").string());
        result(message, id);
    }

    private void function(JsonField message) {
        JsonField name = message.required("name");
        String id = functionCalls.remove(name.string());
        if (id == null) {
            throw name.problem("no message before this one calls the function");
        }
        result(message, id);
    }

    private void result(JsonField message, String id) {
        if (results == null) {
            results = messages.addObject().put("role", "user").putArray("content");
            paths.put("messages." + (messages.size() - 1), message.path());
        }
        String path = "messages." + (messages.size() - 1) + ".content." + results.size();
        paths.put(path, message.path());
        ObjectNode result = results.addObject().put("type", "tool_result").put("tool_use_id", id);
        JsonField content = message.get("content");
        if (content.present()) {
            content(content, path + ".content", result.putArray("content"), ContentPart.Place.TOOL);
        }
    }

    private static ObjectNode block(String type) {
        return JsonField.JSON.createObjectNode().put("type", type);
    }
}
