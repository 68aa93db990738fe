package dev.caravan.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Rewrites JSON so that in every object the field {@code type} comes last. */
final class TypeLast {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TypeLast() {}

    static String rewrite(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            move(root);
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void move(JsonNode node) {
        node.forEach(TypeLast::move);
        if (node instanceof ObjectNode object && object.has("type")) {
            JsonNode type = object.remove("type");
            object.set("type", type);
        }
    }
}
