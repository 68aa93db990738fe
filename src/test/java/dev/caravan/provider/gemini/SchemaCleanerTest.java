package dev.caravan.provider.gemini;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.RawJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON schemas and what Gemini gets of them. */
@Tag("case-22")
class SchemaCleanerTest {
    private static String clean(String schema) {
        return SchemaCleaner.clean(RawJson.of(schema), "tools.0.input_schema", new SchemaBudget()).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            // types
            "{\"type\":\"string\"} | {\"type\":\"STRING\"}",
            "{\"type\":\"boolean\",\"description\":\"d\"} | {\"type\":\"BOOLEAN\",\"description\":\"d\"}",
            "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9,\"exclusiveMinimum\":0,\"multipleOf\":2} | {\"type\":\"INTEGER\",\"minimum\":1,\"maximum\":9}",
            "{\"type\":\"number\",\"minimum\":0.5,\"exclusiveMaximum\":true} | {\"type\":\"NUMBER\",\"minimum\":0.5}",
            "{\"type\":[\"string\",\"null\"]} | {\"type\":\"STRING\",\"nullable\":true}",
            "{\"type\":[\"null\",\"string\",\"integer\"],\"description\":\"d\"} | {\"anyOf\":[{\"type\":\"STRING\",\"description\":\"d\",\"nullable\":true},{\"type\":\"INTEGER\",\"description\":\"d\",\"nullable\":true}]}",
            "{\"type\":\"null\"} | {\"type\":\"STRING\",\"nullable\":true}",
            "{\"type\":\"any\"} | {\"type\":\"STRING\"}",
            "{\"type\":\"string\",\"nullable\":true} | {\"type\":\"STRING\",\"nullable\":true}",
            // without a type
            "{} | {\"type\":\"STRING\"}", "true | {\"type\":\"STRING\"}", "false | {\"type\":\"STRING\"}",
            "{\"description\":\"d\"} | {\"type\":\"STRING\",\"description\":\"d\"}",
            "{\"items\":{}} | {\"type\":\"ARRAY\",\"items\":{\"type\":\"STRING\"}}",
            "{\"additionalProperties\":{\"type\":\"string\"}} | {\"type\":\"OBJECT\"}",
            "{\"maximum\":3} | {\"type\":\"NUMBER\",\"maximum\":3}",
            "{\"properties\":{\"a\":{}}} | {\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"STRING\"}}}",
            // strings
            "{\"type\":\"string\",\"format\":\"uri\",\"pattern\":\"^a\",\"minLength\":1,\"default\":\"x\",\"title\":\"T\",\"examples\":[1]} | {\"type\":\"STRING\"}",
            "{\"type\":\"string\",\"format\":\"date-time\"} | {\"type\":\"STRING\",\"format\":\"date-time\"}",
            // values
            "{\"enum\":[\"a\",\"b\"]} | {\"type\":\"STRING\",\"enum\":[\"a\",\"b\"]}",
            "{\"const\":\"a\"} | {\"type\":\"STRING\",\"enum\":[\"a\"]}",
            "{\"type\":[\"string\",\"null\"],\"enum\":[\"a\",null]} | {\"type\":\"STRING\",\"nullable\":true,\"enum\":[\"a\"]}",
            "{\"type\":\"string\",\"enum\":[\"a\",\"\"]} | {\"type\":\"STRING\",\"description\":\"Allowed values: \\\"a\\\", \\\"\\\"\"}",
            "{\"enum\":[1,2],\"description\":\"d\"} | {\"type\":\"INTEGER\",\"description\":\"d\\nAllowed values: 1, 2\"}",
            "{\"const\":1.5} | {\"type\":\"NUMBER\",\"description\":\"Allowed values: 1.5\"}",
            "{\"const\":true} | {\"type\":\"BOOLEAN\",\"description\":\"Allowed values: true\"}",
            "{\"enum\":[\"a\",1]} | {\"type\":\"STRING\",\"description\":\"Allowed values: \\\"a\\\", 1\"}",
            "{\"const\":null} | {\"type\":\"STRING\",\"nullable\":true}",
            // arrays
            "{\"type\":\"array\"} | {\"type\":\"ARRAY\",\"items\":{\"type\":\"STRING\"}}",
            "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":1,\"maxItems\":3,\"uniqueItems\":true} | {\"type\":\"ARRAY\",\"items\":{\"type\":\"INTEGER\"},\"minItems\":1,\"maxItems\":3}",
            "{\"type\":\"array\",\"minItems\":-1,\"maxItems\":1e99,\"items\":[{\"type\":\"integer\"},{\"type\":\"string\"},{\"type\":\"integer\"}]} | {\"type\":\"ARRAY\",\"items\":{\"anyOf\":[{\"type\":\"INTEGER\"},{\"type\":\"STRING\"}]}}",
            "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"integer\"}],\"items\":false} | {\"type\":\"ARRAY\",\"items\":{\"type\":\"INTEGER\"}}",
            "{\"type\":\"array\",\"items\":[]} | {\"type\":\"ARRAY\",\"items\":{\"type\":\"STRING\"}}",
            // objects
            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"$id\":\"x\",\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"},\"a\":{\"type\":\"object\"}},\"required\":[\"a\",\"zzz\",1],\"additionalProperties\":false,\"propertyNames\":{},\"patternProperties\":{\"^x\":{}},\"dependentRequired\":{},\"$comment\":\"c\"} | {\"type\":\"OBJECT\",\"properties\":{\"b\":{\"type\":\"STRING\"},\"a\":{\"type\":\"OBJECT\"}},\"required\":[\"a\"]}",
            "{\"type\":\"object\",\"properties\":{},\"required\":[\"a\"]} | {\"type\":\"OBJECT\"}",
            "{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"$ref\":{\"type\":\"string\"},\"anyOf\":{\"const\":\"c\"}}} | {\"type\":\"OBJECT\",\"properties\":{\"type\":{\"type\":\"STRING\"},\"$ref\":{\"type\":\"STRING\"},\"anyOf\":{\"type\":\"STRING\",\"enum\":[\"c\"]}}}",
            // alternatives
            "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"description\":\"d\"} | {\"type\":\"STRING\",\"description\":\"d\",\"nullable\":true}",
            "{\"oneOf\":[{\"type\":\"string\",\"description\":\"s\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}],\"description\":\"d\",\"default\":[]} | {\"anyOf\":[{\"type\":\"STRING\",\"description\":\"s\"},{\"type\":\"ARRAY\",\"description\":\"d\",\"items\":{\"type\":\"STRING\"}}]}",
            "{\"anyOf\":[{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]},{\"const\":null}]} | {\"anyOf\":[{\"type\":\"STRING\",\"nullable\":true},{\"type\":\"INTEGER\",\"nullable\":true}]}",
            "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}},\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]} | {\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"STRING\"},\"b\":{\"type\":\"STRING\"}}}",
            "{\"type\":\"object\",\"properties\":{\"k\":{}},\"required\":[\"k\"],\"oneOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}]} | {\"anyOf\":[{\"type\":\"OBJECT\",\"properties\":{\"k\":{\"type\":\"STRING\"},\"a\":{\"type\":\"STRING\"}},\"required\":[\"k\"]},{\"type\":\"OBJECT\",\"properties\":{\"k\":{\"type\":\"STRING\"},\"b\":{\"type\":\"STRING\"}},\"required\":[\"k\",\"b\"]}]}",
            "{\"anyOf\":[{\"type\":\"null\"}]} | {\"type\":\"STRING\",\"nullable\":true}",
            "{\"anyOf\":[]} | {\"type\":\"STRING\"}",
            "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}],\"description\":\"d\"} | {\"type\":\"OBJECT\",\"description\":\"d\",\"properties\":{\"a\":{\"type\":\"INTEGER\"},\"b\":{\"type\":\"STRING\"}},\"required\":[\"a\",\"b\"]}",
            // references
            "{\"$ref\":\"#/$defs/A%20b\",\"description\":\"mine\",\"$defs\":{\"A b\":{\"type\":\"integer\",\"description\":\"its\"}}} | {\"type\":\"INTEGER\",\"description\":\"mine\"}",
            "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#/definitions/a~1b\"},\"y\":{\"$ref\":\"#/definitions/a~1b\"}},\"definitions\":{\"a/b\":{\"$ref\":\"#/definitions/c\"},\"c\":{\"enum\":[\"v\"]}}} | {\"type\":\"OBJECT\",\"properties\":{\"x\":{\"type\":\"STRING\",\"enum\":[\"v\"]},\"y\":{\"type\":\"STRING\",\"enum\":[\"v\"]}}}",
            "{\"$ref\":\"https://example.com/schema.json\"} | {\"type\":\"STRING\"}",
            "{\"$ref\":\"#/nowhere\",\"type\":\"object\"} | {\"type\":\"OBJECT\"}",
            "{\"$ref\":\"#/%zz\"} | {\"type\":\"STRING\"}", "{\"$ref\":\"#anchor\"} | {\"type\":\"STRING\"}",
            "{\"anyOf\":[{\"$ref\":\"#/$defs/n\"},{\"type\":\"null\"}],\"$defs\":{\"n\":{\"type\":\"number\"}}} | {\"type\":\"NUMBER\",\"nullable\":true}",
            "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/node\"}},\"$defs\":{\"node\":{\"type\":\"object\",\"description\":\"a node\",\"properties\":{\"v\":{\"type\":\"integer\"},\"next\":{\"$ref\":\"#/$defs/node\",\"description\":\"the next\"}}}}} | {\"type\":\"OBJECT\",\"properties\":{\"next\":{\"type\":\"OBJECT\",\"description\":\"a node\",\"properties\":{\"v\":{\"type\":\"INTEGER\"},\"next\":{\"type\":\"OBJECT\",\"description\":\"the next\"}}}}}",
            "{\"$ref\":\"#\"} | {\"type\":\"OBJECT\"}",
            "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}}} | {\"type\":\"OBJECT\"}"})
    void cleaned(String schema, String expected) {
        assertEquals(expected, clean(schema));
    }

    @Test
    void referencesThatDoubleTheSizeWithEveryLevel() {
        StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < 40; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            schema.append(
                    "\"d" + i + "\":{\"type\":\"object\",\"properties\":{\"a\":" + next + ",\"b\":" + next + "}},");
        }
        schema.append("\"d40\":{}}}");
        ApiException e = assertThrows(ApiException.class, () -> clean(schema.toString()));
        assertEquals(
                "tools.0.input_schema: holds more than 5000 schemas once its references are in place, too many for a "
                        + "provider of dialect gemini",
                e.getMessage());
    }

    @Test
    void alternativesThatHoldThemselves() {
        String cleaned = clean("{\"$ref\":\"#/$defs/j\",\"$defs\":{\"j\":{\"anyOf\":[{\"type\":\"string\"},"
                + "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/j\"}},{\"$ref\":\"#/$defs/j\"}]}}}");
        assertEquals(
                "{\"anyOf\":[{\"type\":\"STRING\"},{\"type\":\"ARRAY\",\"items\":{\"type\":\"OBJECT\"}},{\"type\":\"OBJECT\"}]}",
                cleaned);
    }

    @Test
    void aLongListOfValuesIsCutInTheDescription() {
        StringBuilder values = new StringBuilder("0");
        for (int i = 1; i < 200; i++) {
            values.append(',').append(i);
        }
        String cleaned = clean("{\"enum\":[" + values + "]}");
        assertTrue(cleaned.endsWith(", 48, 49, …\"}"), cleaned);
    }

    @Test
    void deepNesting() {
        String schema = "{\"type\":\"array\",\"items\":".repeat(90) + "{}" + "}".repeat(90);
        assertTrue(clean(schema).contains("{\"type\":\"OBJECT\"}"));
    }

    /** What stands beside many alternatives is not copied for each. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void muchBesideManyAlternatives() {
        String much = "[" + "1,".repeat(3_000_000) + "1]";
        String one = "{\"type\":\"string\"}";
        String cleaned = clean("{\"x\":" + much + ",\"anyOf\":[" + (one + ",").repeat(4_900) + one + "]}");
        assertTrue(cleaned.startsWith("{\"anyOf\":[{\"type\":\"STRING\"},"), cleaned);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyNamesBesideManyAlternatives() {
        String names = "[" + "\"a\",".repeat(1_000_000) + "\"a\"]";
        String one = "{\"type\":\"object\",\"required\":[\"a\"]}";
        ApiException e = assertThrows(ApiException.class, () -> clean("{\"properties\":{\"a\":{}},\"required\":" + names
                + ",\"anyOf\":[" + (one + ",").repeat(4_900) + one + "]}"));
        assertEquals(400, e.status());
    }
}
