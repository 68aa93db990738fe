package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallTest {
    private static final String TOOLS = """
        [{"name":"bash","input_schema":{"type":"object"}},
         {"name":"read","input_schema":{"type":"object"}},
         {"name":"read_file","input_schema":{"type":"object"}},
         {"name":"Get-Time","input_schema":{"type":"object"}},
         {"type":"web_search_20250305","name":"web_search"}]
        """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # tool_choice | prompt                                            | results | called
        -             | Please read the file.                             | false   | -
        -             | Use the tool read, please.                        | false   | read
        -             | use the tool read_file                            | false   | read_file
        -             | use the tool read_files                           | false   | -
        -             | use the tool read_files or use the tool read      | false   | read
        -             | Would you use the bash tool?                      | false   | bash
        -             | What about `Get-Time` and `bash`?                 | false   | Get-Time
        -             | what about `get-time`?                            | false   | Get-Time
        -             | use the tool web_search                           | false   | -
        -             | use the tool nothing                              | false   | -
        -             | use the tool read                                 | true    | -
        auto          | use the tool read                                 | false   | read
        auto          | hello                                             | false   | -
        none          | use the tool read                                 | false   | -
        any           | hello                                             | false   | bash
        any           | use the tool read                                 | false   | read
        any           | hello                                             | true    | bash
        tool          | use the tool bash                                 | false   | read
        tool          |                                                   | true    | read
        """)
    void callsTheToolAskedFor(String choice, String prompt, boolean results, String called) throws JsonException {
        Object toolChoice = choice == null ? null : Map.of("type", choice, "name", "read");
        ToolCall call = ToolCall.wanted((List<?>) JsonReader.read(TOOLS), toolChoice, Objects.toString(prompt, ""),
                results);
        assertEquals(called, call == null ? null : call.name());
    }

    @Test
    void withoutToolsThereIsNothingToCall() {
        assertEquals(null, ToolCall.wanted(List.of(), Map.of("type", "any"), "use the tool read", false));
        assertEquals(null, ToolCall.wanted(List.of(), Map.of("type", "tool", "name", "read"), "", false));
        assertEquals(null, ToolCall.wanted(List.of("read", Map.of("name", "read")), null, "`read`", false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type":"string"}                                                    | "example"
        {"type":"string","minLength":9}                                      | "example example"
        {"type":"string","maxLength":3}                                      | "exa"
        {"type":"string","minLength":9,"maxLength":9}                        | "example e"
        {"type":"string","enum":["b","a"]}                                   | "b"
        {"const":7}                                                          | 7
        {"const":null}                                                       | null
        {"type":"string","default":"x"}                                      | "x"
        {"type":"integer"}                                                   | 1
        {"type":"integer","minimum":0,"maximum":9}                           | 1
        {"type":"number","minimum":2.5}                                      | 2.5
        {"type":"integer","exclusiveMinimum":1}                              | 2
        {"type":"number","maximum":-2.5}                                     | -2.5
        {"type":"integer","exclusiveMaximum":1}                              | 0
        {"type":"boolean"}                                                   | true
        {"type":"null"}                                                      | null
        {"type":["integer","null"]}                                          | 1
        {"type":"array","items":{"type":"string"}}                           | []
        {"type":"array","items":{"type":"boolean"},"minItems":2}             | [true,true]
        {"type":"object","properties":{"p":{"type":"string"}}}               | {}
        {"properties":{"p":{"type":"integer"}},"required":["p"]}             | {"p":1}
        {"type":"object","required":["q"]}                                   | {"q":"example"}
        {"anyOf":[{"type":"integer"},{"type":"string"}]}                     | 1
        {"oneOf":[{"$ref":"#/$defs/Point"}]}                                 | {"x":1}
        {"$ref":"#/$defs/Point"}                                             | {"x":1}
        {}                                                                   | "example"
        """)
    void makesUpThePlainestInput(String schema, String value) throws Exception {
        String input = "{\"type\":\"object\",\"properties\":{\"p\":" + schema + ",\"q\":" + schema
                + "},\"required\":[\"p\"],\"$defs\":{\"Point\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}},"
                + "\"required\":[\"x\"]}}}";
        Map<String, Object> made = PlainInput.of((Map<?, ?>) JsonReader.read(input));
        String json = JsonWriter.write(made, new StringBuilder()).toString();
        assertEquals("{\"p\":" + value + "}", json);

        ObjectMapper jackson = new ObjectMapper();
        JsonNode tree = jackson.readTree(json);
        assertEquals("[]",
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(jackson.readTree(input))
                        .validate(tree).toString());
    }

    /** Schemas that are wrong, or have no end: an input comes out, in a moment, and it is not endless either. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"required\":\"a\"}", "{\"required\":[1,null,{}]}",
            "{\"required\":[\"a\"],\"properties\":[]}",
            "{\"required\":[\"a\"],\"properties\":{\"a\":true}}", "{\"$ref\":\"#\"}", "{\"$ref\":\"#/a/\"}",
            "{\"$ref\":\"http://x/y\"}",
            "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":[],\"enum\":[],\"anyOf\":[]}}}",
            "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":1e9,\"maxLength\":-1}}}",
            "{\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"}}}",
            "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"array\",\"minItems\":99999999999,\"items\":{\"$ref\":\"#\"}}}}",
            "{\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#/properties/b\"},\"b\":{\"$ref\":\"#/properties/a\"}}}"})
    void survivesSchemasThatMakeNoSense(String schema) throws JsonException {
        String input = JsonWriter.write(PlainInput.of((Map<?, ?>) JsonReader.read(schema)), new StringBuilder())
                .toString();
        assertTrue(input.length() < 100_000, () -> input.length() + " characters");
    }
}
