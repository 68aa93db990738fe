package dev.caravan.provider.translation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.RequiredTrait;

/**
 * The shapes of AWS's service model as a JSON schema that allows nothing else: AWS's SDK holds the names, types and required members
 * of each. What the model says of lengths, patterns and values it does not hold.
 */
final class AwsShapes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode definitions = NODES.objectNode();

    private AwsShapes() {}

    /** The schema of the body of a request. */
    static ObjectNode schema(SdkPojo request) {
        AwsShapes shapes = new AwsShapes();
        ObjectNode schema = shapes.structure(request);
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema").set("$defs", shapes.definitions);
        return schema;
    }

    private ObjectNode structure(SdkPojo shape) {
        ObjectNode schema = NODES.objectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        List<SdkField<?>> members = shape.sdkFields().stream()
                .filter(member -> member.location() == MarshallLocation.PAYLOAD).toList();
        for (SdkField<?> member : members) {
            properties.set(member.locationName(), value(member));
            if (member.containsTrait(RequiredTrait.class)) {
                schema.withArray("required").add(member.locationName());
            }
        }
        return schema;
    }

    private ObjectNode value(SdkField<?> member) {
        MarshallingType<?> type = member.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            SdkPojo shape = member.constructor().get();
            String name = shape.getClass().getName().replaceAll(".*\\.|\\$.*", "");
            if (!definitions.has(name)) {
                definitions.putObject(name); // a shape may hold itself
                definitions.set(name, structure(shape));
            }
            return NODES.objectNode().put("$ref", "#/$defs/" + name);
        }
        ObjectNode schema = NODES.objectNode();
        if (type == MarshallingType.LIST) {
            schema.put("type", "array").set("items", value(member.getTrait(ListTrait.class).memberFieldInfo()));
        } else if (type == MarshallingType.MAP) {
            schema.put("type", "object").set("additionalProperties",
                    value(member.getTrait(MapTrait.class).valueFieldInfo()));
        } else if (type == MarshallingType.STRING) {
            schema.put("type", "string");
        } else if (type == MarshallingType.SDK_BYTES) {
            schema.put("type", "string").put("pattern", "^[A-Za-z0-9+/]+=*$");
        } else if (type == MarshallingType.BOOLEAN) {
            schema.put("type", "boolean");
        } else if (type == MarshallingType.INTEGER || type == MarshallingType.LONG) {
            schema.put("type", "integer");
        } else if (type == MarshallingType.FLOAT || type == MarshallingType.DOUBLE) {
            schema.put("type", "number");
        } else if (type != MarshallingType.DOCUMENT) { // a document is any JSON
            throw new AssertionError("a type that is not known: " + member.memberName() + " " + type);
        }
        return schema;
    }
}
