package dev.caravan.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Camel's own JSON schema of its YAML routes, as its jar has it, and a stricter one that is made of it: the house style.
 *
 * <p>
 * The house style is the canonical notation, where a step is a map of its options and an expression stands under
 * {@code expression}; and an id and a description for everything that can have both.
 */
final class CamelSchema {
    private static final String RESOURCE = "schema/camelYamlDsl.json";
    private static final String DEFINITIONS = "/items/definitions";
    private static final String EXPRESSION = "expression";
    /** A kamelet's title and description are elsewhere. */
    private static final Set<String> NAMELESS = Set.of("org.apache.camel.model.RouteTemplateDefinition");

    private final JsonSchema schema;

    private CamelSchema(JsonNode document) {
        JsonMetaSchema draft = JsonMetaSchema.builder(JsonMetaSchema.getV4())
                .keyword(new NonValidationKeyword("deprecated"))
                .build();
        this.schema = JsonSchemaFactory.builder().defaultMetaSchemaIri(draft.getIri()).metaSchema(draft).build()
                .getSchema(document);
    }

    static CamelSchema asItIs() {
        return new CamelSchema(document());
    }

    static CamelSchema houseStyle() {
        JsonNode document = document();
        ObjectNode definitions = (ObjectNode) document.at(DEFINITIONS);
        for (String name : List.copyOf(names(definitions))) {
            ObjectNode definition = withoutText((ObjectNode) definitions.get(name));
            definitions.set(name, definition);
            expressionsInTheirPlace(definition);
            if (!NAMELESS.contains(name) && definition.at("/properties/id").isObject()
                    && definition.at("/properties/description").isObject()) {
                definition.withArray("required").add("id").add("description");
            }
        }
        return new CamelSchema(document);
    }

    /** What is wrong with the file, each with the path to it. */
    List<String> offences(BundleFile file) {
        Set<String> offences = new TreeSet<>();
        for (ValidationMessage message : schema.validate(file.definitions())) {
            offences.add(file.path() + ": " + message.getMessage());
        }
        return List.copyOf(offences);
    }

    /** {@code log: "text"} is short for {@code log: {message: "text"}}. */
    private static ObjectNode withoutText(ObjectNode definition) {
        JsonNode alternatives = definition.path("oneOf");
        boolean textOrMap = alternatives.size() == 2 && "string".equals(alternatives.at("/0/type").asText())
                && "object".equals(alternatives.at("/1/type").asText());
        return textOrMap ? (ObjectNode) alternatives.get(1) : definition;
    }

    /** {@code split: {simple: …}} is short for {@code split: {expression: {simple: …}}}. */
    private static void expressionsInTheirPlace(ObjectNode definition) {
        for (JsonNode choice : definition.path("anyOf")) {
            JsonNode shorthand = null;
            JsonNode canonical = null;
            for (JsonNode alternative : choice.path("oneOf")) {
                if (alternative.has("not")) {
                    shorthand = alternative;
                } else if (EXPRESSION.equals(alternative.at("/required/0").asText())) {
                    canonical = alternative;
                }
            }
            if (canonical != null && shorthand != null) {
                ObjectNode properties = (ObjectNode) definition.get("properties");
                shorthand.at("/not/anyOf").forEach(language -> properties.remove(language.at("/required/0").asText()));
                properties.set(EXPRESSION, canonical.at("/properties/" + EXPRESSION));
                definition.withArray("required").add(EXPRESSION);
                definition.set("anyOf", without((ArrayNode) definition.get("anyOf"), choice));
                if (definition.get("anyOf").isEmpty()) {
                    definition.remove("anyOf");
                }
                return;
            }
        }
    }

    private static ArrayNode without(ArrayNode all, JsonNode one) {
        ArrayNode rest = all.arrayNode();
        all.forEach(each -> {
            if (each != one) {
                rest.add(each);
            }
        });
        return rest;
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode document() {
        try (InputStream in = CamelSchema.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
