package dev.caravan.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes up the plainest value that a JSON schema allows. A {@code const}, a {@code default} or the first of an {@code enum} is
 * taken as it is. Otherwise a string is {@code "example"} (repeated or cut to the length allowed), a number 1 (or the bound
 * nearest to it), a boolean {@code true}, an array as short as allowed, and an object has its required properties alone. Of
 * {@code anyOf} and {@code oneOf} the first is taken; {@code $ref} is followed within the schema. What else a schema can say,
 * patterns and formats for instance, is not looked at.
 */
final class PlainInput {
    /** Deeper than this, a schema that refers to itself is given up: the value is null. */
    private static final int MAX_DEPTH = 16;
    /** A toy need not fill a list or text of thousands because a schema says so. */
    private static final int MAX_LENGTH = 100;

    /** So many values are made up for one input; of a schema that asks for more the rest is null. */
    private static final int MAX_VALUES = 1000;

    private final Map<?, ?> root;
    private int values;

    private PlainInput(Map<?, ?> root) {
        this.root = root;
    }

    /** The plainest input for a tool with this {@code input_schema}: always an object. */
    static Map<String, Object> of(Map<?, ?> schema) {
        return new PlainInput(schema).object(schema, 0);
    }

    private Object value(Object given, int depth) {
        Map<?, ?> schema = resolved(given);
        if (schema == null || depth > MAX_DEPTH || ++values > MAX_VALUES) {
            return null;
        }
        if (schema.containsKey("const")) {
            return schema.get("const");
        }
        if (schema.containsKey("default")) {
            return schema.get("default");
        }
        Object first = first(schema.get("enum"));
        if (first != null) {
            return first;
        }
        Object option = schema.get("anyOf") != null ? schema.get("anyOf") : schema.get("oneOf");
        if (option != null) {
            return value(first(option), depth + 1);
        }
        return ofType(schema, depth);
    }

    private Object ofType(Map<?, ?> schema, int depth) {
        Object type = schema.get("type") instanceof List<?> types ? first(types) : schema.get("type");
        switch (type instanceof String name ? name : schema.get("properties") != null ? "object" : "string") {
            case "object" :
                return object(schema, depth);
            case "array" :
                return array(schema, depth);
            case "integer", "number" :
                return number(schema);
            case "boolean" :
                return true;
            case "null" :
                return null;
            default :
                return string(schema);
        }
    }

    private Map<String, Object> object(Map<?, ?> given, int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        Map<?, ?> schema = resolved(given);
        if (schema != null && schema.get("required") instanceof List<?> required) {
            for (Object name : required) {
                Object property = schema.get("properties") instanceof Map<?, ?> properties
                        ? properties.get(name)
                        : null;
                object.put(String.valueOf(name), value(property == null ? Map.of() : property, depth + 1));
            }
        }
        return object;
    }

    private List<Object> array(Map<?, ?> schema, int depth) {
        List<Object> array = new ArrayList<>();
        Object items = schema.get("items");
        for (long i = bound(schema, "minItems", 0); i > 0; i--) {
            array.add(value(items == null ? Map.of() : items, depth + 1));
        }
        return array;
    }

    private static Number number(Map<?, ?> schema) {
        if (schema.get("minimum") instanceof Number minimum && minimum.doubleValue() > 1) {
            return minimum;
        }
        if (schema.get("exclusiveMinimum") instanceof Number minimum && minimum.doubleValue() >= 1) {
            return minimum.longValue() + 1;
        }
        if (schema.get("maximum") instanceof Number maximum && maximum.doubleValue() < 1) {
            return maximum;
        }
        if (schema.get("exclusiveMaximum") instanceof Number maximum && maximum.doubleValue() <= 1) {
            return (long) Math.ceil(maximum.doubleValue()) - 1;
        }
        return 1L;
    }

    private static String string(Map<?, ?> schema) {
        StringBuilder text = new StringBuilder("example");
        long least = bound(schema, "minLength", 0);
        while (text.length() < least) {
            text.append(" example");
        }
        text.setLength((int) Math.min(text.length(), bound(schema, "maxLength", text.length())));
        return text.toString();
    }

    private static long bound(Map<?, ?> schema, String key, long otherwise) {
        return schema.get(key) instanceof Number bound ? Math.clamp(bound.longValue(), 0, MAX_LENGTH) : otherwise;
    }

    private static Object first(Object list) {
        return list instanceof List<?> items && !items.isEmpty() ? items.get(0) : null;
    }

    /** The schema that a chain of references within the schema ends at; null if it ends nowhere. */
    private Map<?, ?> resolved(Object given) {
        Object schema = given;
        for (int i = 0; i < MAX_DEPTH && schema instanceof Map<?, ?> map; i++) {
            if (!(map.get("$ref") instanceof String reference)) {
                return map;
            }
            schema = reference.startsWith("#") ? root : null;
            for (int slash = reference.indexOf('/'); slash >= 0 && schema instanceof Map<?, ?> here;) {
                int end = reference.indexOf('/', slash + 1);
                schema = here.get(reference.substring(slash + 1, end < 0 ? reference.length() : end));
                slash = end;
            }
        }
        return null;
    }
}
