package dev.caravan.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** A document as an editor sees it that has the schema. */
final class YamlJson {

    static final Path TOP = Path.of("").toAbsolutePath();

    private static final ObjectMapper JSON = new ObjectMapper();

    private YamlJson() {}

    static JsonNode schemaDocument() {
        try {
            return JSON.readTree(Files.readString(TOP.resolve("caravan.schema.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schemaDocument());
    }

    /** Every key that the schema describes, by its path in the schema. */
    static Map<String, JsonNode> schemaProperties() {
        Map<String, JsonNode> properties = new LinkedHashMap<>();
        collect("", schemaDocument(), properties);
        return properties;
    }

    private static void collect(String path, JsonNode node, Map<String, JsonNode> into) {
        node.properties().forEach(field -> {
            // What `if` holds describes nothing.
            if (!field.getKey().equals("if")) {
                collect(path + "/" + field.getKey(), field.getValue(), into);
            }
            if (field.getKey().equals("properties")) {
                field.getValue().properties().forEach(property -> {
                    // `dialect: true` only repeats what the provider describes.
                    if (!property.getValue().isBoolean()) {
                        into.put(path + "/" + property.getKey(), property.getValue());
                    }
                });
            }
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collect(path + "/" + i, node.get(i), into);
        }
    }

    static JsonNode json(String yaml) {
        return JSON.valueToTree(
                new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml));
    }

    static Set<ValidationMessage> validate(JsonSchema schema, String yaml) {
        return schema.validate(json(yaml));
    }
}
