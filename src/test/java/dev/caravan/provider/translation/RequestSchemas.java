package dev.caravan.provider.translation;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What each provider documents of the requests that it takes, as JSON schemas that allow nothing else. */
final class RequestSchemas {
    private static final Map<Target, JsonSchema> MADE = new ConcurrentHashMap<>();
    private static final JsonNode OPENAI = resource("/openai/chat-completion-request.schema.json");
    private static final JsonNode DIFFERENCES = resource("/openai/preset-differences.json");

    private RequestSchemas() {}

    /** The schema of the requests of a target that does not speak the Messages API itself. */
    static JsonSchema of(Target target) {
        return MADE.computeIfAbsent(target, RequestSchemas::made);
    }

    private static JsonSchema made(Target target) {
        return switch (target.column()) {
            case "openai" -> schema(openai(target.variant()), SpecVersion.VersionFlag.V202012);
            case "bedrock, Converse" ->
                schema(resource("/bedrock/converse-request.schema.json"), SpecVersion.VersionFlag.V7);
            case "gemini" -> schema(resource("/gemini/generate-content-request.schema.json"),
                    SpecVersion.VersionFlag.V7);
            case "ollama" -> schema(resource("/ollama/chat-request.schema.json"), SpecVersion.VersionFlag.V202012);
            case "exec" -> schema(resource("/exec/request.schema.json"), SpecVersion.VersionFlag.V202012);
            default -> throw new IllegalArgumentException(target.column());
        };
    }

    /** OpenAI's schema with what a preset's server has instead. */
    private static JsonNode openai(String preset) {
        JsonNode schema = OPENAI.deepCopy();
        change(schema, DIFFERENCES.path("anything"));
        JsonNode own = DIFFERENCES.path("presets").path(preset);
        if (own.isMissingNode()) {
            throw new AssertionError("nothing is said of the requests of preset " + preset);
        }
        change(schema, own);
        return schema;
    }

    private static void change(JsonNode schema, JsonNode differences) {
        differences.properties().forEach(difference -> {
            JsonPointer pointer = JsonPointer.compile(difference.getKey());
            ObjectNode parent = (ObjectNode) schema.at(pointer.head());
            String name = pointer.last().getMatchingProperty();
            if (difference.getValue().isNull()) {
                parent.remove(name);
            } else {
                parent.set(name, difference.getValue());
            }
        });
    }

    private static JsonSchema schema(JsonNode schema, SpecVersion.VersionFlag version) {
        return JsonSchemaFactory.getInstance(version).getSchema(schema);
    }

    private static JsonNode resource(String path) {
        try (InputStream in = RequestSchemas.class.getResourceAsStream(path)) {
            return Json.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
