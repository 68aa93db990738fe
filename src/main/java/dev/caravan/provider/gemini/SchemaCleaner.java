package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Puts a JSON schema into the words of Gemini's {@code Schema}, a part of OpenAPI's, and refuses nothing that a schema may say:
 * Gemini answers 400 to any other keyword and to a value without a type.
 *
 * <p>
 * References are put in place, the second level of a recursion is any object; {@code allOf} is merged; {@code oneOf} becomes
 * {@code anyOf}; a type that may be null becomes {@code nullable}, several types {@code anyOf}; {@code const} and the values of
 * an {@code enum} of strings stay, other values go into the description, since Gemini has none but strings. Other restrictions
 * (patterns, exclusive bounds, additional properties) are dropped: the client checks a tool's input anyway. The same schema
 * always gives the same result. Not thread-safe; one cleans one schema.
 *
 * @see <a href="https://ai.google.dev/api/caching#Schema">Gemini API: Schema</a>
 */
final class SchemaCleaner {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** More than any tool has; references that hold others twice double the size with every level. */
    private static final int MAX_SCHEMAS = 5_000;
    private static final int MAX_DEPTH = 64;
    /** As many copied keywords, properties and names count as a schema. */
    private static final int COPIES_OF_A_SCHEMA = 100;
    private static final int MAX_ENUM_IN_TEXT = 50;

    private final String path;
    private final SchemaBudget budget;
    private final SchemaMerge merge;
    private int schemas;

    private SchemaCleaner(JsonNode root, String path, SchemaBudget budget) {
        this.path = path;
        this.budget = budget;
        this.merge = new SchemaMerge(root);
    }

    /**
     * The schema for Gemini.
     *
     * @param path where the schema stands in the request
     * @param budget what is left for the schemas of the request
     * @throws ApiException 400 when it is too large once its references are in place
     */
    static ObjectNode clean(RawJson schema, String path, SchemaBudget budget) {
        try (JsonParser in = MessageJson.FACTORY.createParser(schema.source(), schema.offset(), schema.length())) {
            JsonNode root = JSON.readTree(in);
            SchemaCleaner cleaner = new SchemaCleaner(root, path, budget);
            return cleaner.clean(root, Set.of(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
    }

    private ObjectNode clean(JsonNode schema, Set<String> within, int depth) {
        if (++schemas > MAX_SCHEMAS) {
            throw ApiException.invalid(path, "holds more than " + MAX_SCHEMAS
                    + " schemas once its references are in place, too many for a provider of dialect gemini");
        }
        if (!budget.take(1 + merge.copiedSinceLast() / COPIES_OF_A_SCHEMA)) {
            throw ApiException.invalid(path,
                    "makes the schemas of the request too large for a provider of dialect gemini, "
                            + "once their references are in place");
        }
        if (depth > MAX_DEPTH) {
            return typed("OBJECT");
        }
        SchemaMerge.Merged merged = merge.of(schema, within);
        if (merged.recursive()) {
            ObjectNode any = typed("OBJECT");
            describe(merged.schema(), "", any);
            return any;
        }
        ObjectNode own = merged.schema();
        List<JsonNode> alternatives = alternatives(own);
        boolean nullable = own.path("nullable").asBoolean(false);
        if (!alternatives.isEmpty()) {
            List<JsonNode> others = alternatives.stream().filter(one -> !isNull(one)).toList();
            return anyOf(own, others, nullable || others.size() < alternatives.size(), merged.within(), depth);
        }
        List<String> types = types(own);
        nullable |= types.remove("null");
        if (types.size() > 1) {
            List<JsonNode> others = new ArrayList<>();
            types.forEach(type -> others.add(JsonNodeFactory.instance.objectNode().put("type", type)));
            return anyOf(own, others, nullable, merged.within(), depth);
        }
        return plain(own, types.isEmpty() ? inferred(own) : types.getFirst(), nullable, merged.within(), depth);
    }

    private static ObjectNode typed(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** The alternatives that say what a value is; those that only restrict it further, as by {@code required}, are none. */
    private static List<JsonNode> alternatives(ObjectNode own) {
        JsonNode list = own.path("anyOf").isArray() ? own.path("anyOf") : own.path("oneOf");
        List<JsonNode> alternatives = new ArrayList<>();
        for (JsonNode alternative : list) {
            if (SchemaMerge.describesValue(alternative)) {
                alternatives.add(alternative);
            }
        }
        return alternatives;
    }

    private static boolean isNull(JsonNode alternative) {
        JsonNode only = alternative.path("enum");
        return alternative.path("type").asText().equals("null") || alternative.has("const") && alternative.get("const")
                .isNull() || only.size() == 1 && only.get(0).isNull();
    }

    /** Alternatives stand alone in Gemini's schema, so what is said beside them is said in each. */
    private ObjectNode anyOf(ObjectNode own, List<JsonNode> alternatives, boolean nullable, Set<String> within,
            int depth) {
        ObjectNode beside = JsonNodeFactory.instance.objectNode().setAll(own);
        beside.remove(List.of("anyOf", "oneOf", "nullable"));
        if (alternatives.isEmpty()) {
            beside.remove("type");
            return plain(beside, inferred(beside), nullable, within, depth);
        }
        List<ObjectNode> cleaned = new ArrayList<>();
        for (JsonNode alternative : alternatives) {
            ObjectNode one = clean(merge.over(alternative, beside), within, depth + 1);
            if (nullable) {
                allowNull(one);
            }
            cleaned.add(one);
        }
        if (cleaned.size() == 1) {
            return cleaned.getFirst();
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.putArray("anyOf").addAll(cleaned);
        return result;
    }

    private static void allowNull(ObjectNode cleaned) {
        if (cleaned.has("anyOf")) {
            cleaned.get("anyOf").forEach(one -> allowNull((ObjectNode) one));
        } else {
            cleaned.put("nullable", true);
        }
    }

    private static List<String> types(ObjectNode own) {
        List<String> types = new ArrayList<>();
        JsonNode type = own.path("type");
        for (JsonNode one : type.isArray() ? type : List.of(type)) {
            String name = one.asText("");
            boolean known = switch (name) {
                case "string", "number", "integer", "boolean", "array", "object", "null" -> true;
                default -> false;
            };
            if (known && !types.contains(name)) {
                types.add(name);
            }
        }
        return types;
    }

    /** The type of a schema that names none, by what else it says. */
    private static String inferred(ObjectNode own) {
        if (own.has("properties") || own.has("required") || own.has("additionalProperties")
                || own.has("patternProperties")) {
            return "object";
        }
        if (own.has("items") || own.has("prefixItems")) {
            return "array";
        }
        List<JsonNode> values = values(own);
        if (!values.isEmpty()) {
            return values.stream().allMatch(JsonNode::isIntegralNumber)
                    ? "integer"
                    : values.stream().allMatch(JsonNode::isNumber)
                            ? "number"
                            : values.stream().allMatch(JsonNode::isBoolean) ? "boolean" : "string";
        }
        return own.has("minimum") || own.has("maximum") || own.has("multipleOf") ? "number" : "string";
    }

    /** The values that are allowed, null apart; none when any is. */
    private static List<JsonNode> values(ObjectNode own) {
        List<JsonNode> values = new ArrayList<>();
        if (own.has("const")) {
            values.add(own.get("const"));
        } else {
            own.path("enum").forEach(values::add);
        }
        values.removeIf(JsonNode::isNull);
        return values;
    }

    private static boolean allowsNull(ObjectNode own) {
        if (own.has("const")) {
            return own.get("const").isNull();
        }
        for (JsonNode value : own.path("enum")) {
            if (value.isNull()) {
                return true;
            }
        }
        return false;
    }

    private ObjectNode plain(ObjectNode own, String type, boolean nullable, Set<String> within, int depth) {
        ObjectNode result = typed(type.toUpperCase(Locale.ROOT));
        List<JsonNode> values = values(own);
        boolean strings = type.equals("string") && !values.isEmpty()
                && values.stream().allMatch(value -> value.isTextual() && !value.asText().isEmpty());
        describe(own, strings || values.isEmpty() ? "" : "Allowed values: " + listed(values), result);
        if (nullable || allowsNull(own)) {
            result.put("nullable", true);
        }
        switch (type) {
            case "string" -> {
                if (strings) {
                    ArrayNode list = result.putArray("enum");
                    values.forEach(value -> list.add(value.asText()));
                } else if (own.path("format").asText().equals("date-time")) {
                    result.put("format", "date-time");
                }
            }
            case "number", "integer" -> {
                number(own, "minimum", result);
                number(own, "maximum", result);
            }
            case "array" -> {
                result.set("items", items(own, within, depth));
                count(own, "minItems", result);
                count(own, "maxItems", result);
            }
            case "object" -> properties(own, within, depth, result);
            default -> {
            }
        }
        return result;
    }

    private static void describe(ObjectNode own, String more, ObjectNode result) {
        String said = own.path("description").asText("");
        String description = said.isEmpty() || more.isEmpty() ? said + more : said + "\n" + more;
        if (!description.isEmpty()) {
            result.put("description", description);
        }
    }

    private static String listed(List<JsonNode> values) {
        List<String> texts = values.stream().limit(MAX_ENUM_IN_TEXT).map(JsonNode::toString).toList();
        return String.join(", ", texts) + (values.size() > MAX_ENUM_IN_TEXT ? ", …" : "");
    }

    private static void number(ObjectNode own, String keyword, ObjectNode result) {
        if (own.path(keyword).isNumber()) {
            result.set(keyword, own.get(keyword));
        }
    }

    private static void count(ObjectNode own, String keyword, ObjectNode result) {
        if (own.path(keyword).canConvertToInt() && own.path(keyword).asInt() >= 0) {
            result.put(keyword, own.path(keyword).asInt());
        }
    }

    /** An array has to say of what; of a tuple Gemini can only be told that its items are one of several. */
    private ObjectNode items(ObjectNode own, Set<String> within, int depth) {
        JsonNode items = own.path("items");
        JsonNode tuple = own.path("prefixItems").isArray() ? own.path("prefixItems") : items;
        if (!tuple.isArray()) {
            return clean(items, within, depth + 1);
        }
        if (tuple.isEmpty()) {
            return typed("STRING");
        }
        ObjectNode any = JsonNodeFactory.instance.objectNode();
        ArrayNode anyOf = any.putArray("anyOf");
        List<JsonNode> seen = new ArrayList<>();
        for (JsonNode item : tuple) {
            if (!seen.contains(item)) {
                seen.add(item);
                anyOf.add(item.isObject() ? item : typed("string"));
            }
        }
        return clean(seen.size() == 1 ? seen.getFirst() : any, within, depth + 1);
    }

    private void properties(ObjectNode own, Set<String> within, int depth, ObjectNode result) {
        if (own.path("properties").isEmpty()) {
            return;
        }
        ObjectNode properties = result.putObject("properties");
        own.path("properties").properties()
                .forEach(property -> properties.set(property.getKey(), clean(property.getValue(), within, depth + 1)));
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        for (JsonNode name : own.path("required")) {
            if (name.isTextual() && properties.has(name.asText())) {
                required.add(name.asText());
            }
        }
        if (!required.isEmpty()) {
            result.set("required", required);
        }
    }
}
