package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes one schema of one that says part of what it says elsewhere: behind a {@code $ref}, or in {@code allOf}. */
final class SchemaMerge {
    /** References one behind the other, and schemas merged into one: more than any schema has. */
    private static final int MAX_STEPS = 100;
    private static final Set<String> SAYS_WHAT = Set.of("type", "properties", "items", "prefixItems", "enum", "const",
            "$ref", "anyOf", "oneOf", "allOf");

    private final JsonNode root;
    private int steps;
    private long copied;

    /** @param root the whole schema, in which references are looked up */
    SchemaMerge(JsonNode root) {
        this.root = root;
    }

    /**
     * A schema that has neither references nor {@code allOf} any more, though what it holds may.
     *
     * @param schema the schema
     * @param within the references that it and those around it stand for
     * @param recursive whether a reference leads to a schema that it stands in; then the rest is only what was beside it
     */
    record Merged(ObjectNode schema, Set<String> within, boolean recursive) {}

    /** @param within the references that the schema stands in */
    Merged of(JsonNode schema, Set<String> within) {
        steps = 0;
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        Set<String> references = new HashSet<>(within);
        boolean recursive = !into(merged, schema, references);
        return new Merged(merged, references, recursive);
    }

    /** How many keywords, properties and names were copied since this was asked last. */
    long copiedSinceLast() {
        long since = copied;
        copied = 0;
        return since;
    }

    /** Whether an alternative says what a value is, and not only what else must hold. */
    static boolean describesValue(JsonNode alternative) {
        for (String keyword : SAYS_WHAT) {
            if (alternative.has(keyword)) {
                return true;
            }
        }
        return false;
    }

    /** A schema with what another one says where it says nothing itself; both for what an object needs. */
    ObjectNode over(JsonNode schema, ObjectNode base) {
        ObjectNode result = shallow(base);
        if (schema.isObject()) {
            if (schema.has("type") || schema.has("$ref")) {
                result.remove("type");
            }
            if (schema.has("const") || schema.has("enum") || schema.has("$ref")) {
                result.remove(List.of("const", "enum"));
            }
            add(result, schema, true);
        }
        return result;
    }

    /** Merges a schema into what is known already, which wins; false when a reference leads back. */
    private boolean into(ObjectNode known, JsonNode schema, Set<String> references) {
        if (!schema.isObject() || ++steps > MAX_STEPS) {
            return steps <= MAX_STEPS;
        }
        add(known, schema, false);
        boolean ends = true;
        if (schema.path("$ref").isTextual()) {
            String reference = schema.get("$ref").asText();
            ends = references.add(reference) && into(known, target(reference), references);
        }
        for (JsonNode part : schema.path("allOf")) {
            ends &= into(known, part, references);
        }
        return ends;
    }

    /** The schema that a reference names, if it is in the same document; what is elsewhere may be anything. */
    private JsonNode target(String reference) {
        if (reference.equals("#")) {
            return root;
        }
        if (!reference.startsWith("#/")) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            String pointer = URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
            return root.at(JsonPointer.compile(pointer));
        } catch (IllegalArgumentException e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** What stands in a schema is shared, since nothing changes it. */
    private ObjectNode shallow(ObjectNode schema) {
        copied += schema.size();
        return JsonNodeFactory.instance.objectNode().setAll(schema);
    }

    private void add(ObjectNode known, JsonNode schema, boolean schemaWins) {
        copied += schema.size();
        schema.properties().forEach(keyword -> {
            JsonNode value = keyword.getValue();
            JsonNode before = known.get(keyword.getKey());
            switch (keyword.getKey()) {
                case "$ref", "allOf" -> {
                    if (schemaWins) {
                        known.set(keyword.getKey(), value);
                    }
                }
                case "properties" -> {
                    if (value.isObject() && before instanceof ObjectNode some) {
                        ObjectNode properties = shallow(some);
                        copied += value.size();
                        value.properties().forEach(property -> {
                            if (schemaWins || !properties.has(property.getKey())) {
                                properties.set(property.getKey(), property.getValue());
                            }
                        });
                        known.set("properties", properties);
                    } else if (value.isObject()) {
                        known.set("properties", value);
                    }
                }
                case "required" -> {
                    ArrayNode required = JsonNodeFactory.instance.arrayNode();
                    if (before != null && before.isArray()) {
                        required.addAll((ArrayNode) before);
                    }
                    value.forEach(required::add);
                    copied += required.size();
                    known.set("required", required);
                }
                default -> {
                    if (before == null || schemaWins) {
                        known.set(keyword.getKey(), value);
                    }
                }
            }
        });
    }
}
