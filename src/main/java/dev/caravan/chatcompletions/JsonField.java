package dev.caravan.chatcompletions;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.caravan.message.JsonBuffers;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A value of a request and where it stands there, as in {@code messages[2].content[0].text}. A field that is null counts as one
 * that is not there. What is not as it should be is refused with the path and with what was expected.
 *
 * @param node missing when there is no such field
 */
record JsonField(JsonNode node, String path) {
    /** Deeper than any sensible tool schema, shallow enough for what the request becomes. */
    private static final int MAX_DEPTH = 180;
    private static final int MAX_STRING = 32 * 1024 * 1024;
    private static final int MAX_NUMBER = 400;

    // UTF-8 and nothing else; numbers as they are written; names that strangers choose are not interned.
    private static final JsonFactory FACTORY = new JsonFactoryBuilder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).recyclerPool(new JsonBuffers())
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING).maxNumberLength(MAX_NUMBER).build())
            .build();
    static final JsonMapper JSON = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /**
     * A request.
     *
     * @param body JSON in UTF-8
     * @throws ApiException 400 when it is no JSON object
     */
    static JsonField parse(byte[] body) {
        if (body.length == 0) {
            throw ApiException.invalid("", "the request body is empty; expected a JSON object");
        }
        // JSON should not begin with a byte order mark, but may: RFC 8259, section 8.1.
        boolean marked = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        int from = marked ? 3 : 0;
        try {
            JsonNode root = JSON.readTree(body, from, body.length - from);
            if (!root.isObject()) {
                throw ApiException.invalid("", "the request body must be a JSON object");
            }
            return new JsonField(root, "");
        } catch (StreamConstraintsException e) {
            throw ApiException.invalid("", e.getMessage().contains("nesting depth")
                    ? "the JSON is nested deeper than " + MAX_DEPTH + " levels"
                    : "the JSON holds a number or string that is too long");
        } catch (NumberFormatException e) { // thrown for an exponent that no number type has
            throw ApiException.invalid("", "the JSON holds a number that is too large");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
            throw ApiException.invalid("", "the request body is not valid JSON" + where);
        } catch (IOException e) {
            throw ApiException.invalid("", "the request body is not valid JSON in UTF-8");
        }
    }

    /** The field of this object. */
    JsonField get(String name) {
        return new JsonField(node.path(name), path.isEmpty() ? name : path + "." + name);
    }

    /** The field of this object, which has to be there. */
    JsonField required(String name) {
        JsonField field = get(name);
        if (!field.present()) {
            throw field.problem("Field required");
        }
        return field;
    }

    boolean present() {
        return !node.isMissingNode() && !node.isNull();
    }

    boolean isString() {
        return node.isTextual();
    }

    boolean isArray() {
        return node.isArray();
    }

    /** The elements of this array; none when it is not there. */
    List<JsonField> elements() {
        if (!present()) {
            return List.of();
        }
        require(node.isArray(), "an array");
        List<JsonField> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(new JsonField(node.get(i), path + "[" + i + "]"));
        }
        return elements;
    }

    JsonField object() {
        require(node.isObject(), "an object");
        return this;
    }

    /** This object's JSON. */
    ObjectNode objectNode() {
        return (ObjectNode) object().node;
    }

    String string() {
        require(node.isTextual(), "a string");
        if (!Text.isWellFormed(node.textValue())) {
            throw problem("holds half of a surrogate pair, which is no character");
        }
        return node.textValue();
    }

    boolean bool() {
        require(node.isBoolean(), "true or false");
        return node.booleanValue();
    }

    int integer(int least) {
        require(node.isIntegralNumber(), "an integer");
        if (!node.canConvertToInt() || node.intValue() < least) {
            throw problem("must be an integer from " + least + " to " + Integer.MAX_VALUE);
        }
        return node.intValue();
    }

    double number(int least, int most) {
        require(node.isNumber(), "a number");
        double number = node.doubleValue();
        if (!(number >= least && number <= most)) {
            throw problem("must be between " + least + " and " + most);
        }
        return number;
    }

    /** What is wrong with this value. */
    ApiException problem(String problem) {
        return ApiException.invalid(path, problem);
    }

    /** Says that this value is none of those that the field can have. */
    ApiException unexpected(String expected) {
        return problem("expected " + expected + ", got "
                + (isString() ? "\"" + Text.excerpt(node.textValue()) + "\"" : found()));
    }

    private void require(boolean holds, String expected) {
        if (!holds) {
            throw problem("expected " + expected + ", got " + found());
        }
    }

    private String found() {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            default -> "nothing";
        };
    }
}
