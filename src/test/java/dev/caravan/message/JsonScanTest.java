package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether bytes are a JSON object, against tables of RFC 8259's clauses and against a parser. */
class JsonScanTest {
    private static boolean isObject(String json) {
        byte[] bytes = ("x" + json + "}").getBytes(StandardCharsets.UTF_8);
        return new RawJson(bytes, 1, bytes.length - 2).isObject();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " {\t}\r\n", "{\"\":1}", "{\"a\":{},\"b\":[]}",
            "{\"a\":[1,-0,0.5,1e5,-12.50E-3,1E+2]}",
            "{ \"a\" : true , \"b\" : [ false , null ] }", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00aF}\"}",
            "{\"a\":[[],[[{}]],{\"b\":{\"c\":[{}]}}]}", "{\"é😀\":1}", "{\"a\":1,\"a\":2}"})
    void objects(String json) {
        assertEquals(true, isObject(json), json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "}", "[]", "1", "null", "\"{}\"", "{}{}", "{} x", "{},", "{]", "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}", "{,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}",
            "{\"a\":[1}", "{\"a\":[}]", "{\"a\":1]", "{\"a\":01}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":.5}",
            "{\"a\":1.}",
            "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x1}", "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":trues}", "{\"a\":nul",
            "{\"a\":\"", "{\"a\":\"\\\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u123",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\t\"}", "{\"a\":1 // c\n}", "\ufeff{}", "{\"a\"::1}", "{\"a\":1;}", "{1:1}"})
    void others(String json) {
        assertEquals(false, isObject(json), json);
    }

    @Test
    void nesting() {
        for (int depth : new int[]{1, 61, 62, 63, 64, 65, 128, 500}) {
            String open = "{\"a\":[".repeat(depth / 2) + (depth % 2 == 0 ? "" : "{");
            String close = (depth % 2 == 0 ? "" : "}") + "]}".repeat(depth / 2);
            assertEquals(true, isObject(open + close), "depth " + depth);
            assertEquals(false, isObject(open + close + "}"), "depth " + depth);
            assertEquals(false, isObject(open + close.substring(1)), "depth " + depth);
        }
    }

    @Property
    void itAgreesWithAParser(@ForAll long seed) {
        Random random = new Random(seed);
        String json = "{\"a\":[1,-2.5e3,\"b\\n\\u00e9\",{\"c\":null,\"d\":{}},true,[],false]}";
        StringBuilder broken = new StringBuilder(json);
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(broken.length());
            switch (random.nextInt(3)) {
                case 0 -> broken.deleteCharAt(at);
                case 1 -> broken.insert(at, json.charAt(random.nextInt(json.length())));
                default -> broken.setCharAt(at, json.charAt(random.nextInt(json.length())));
            }
        }
        assertEquals(parserTakesForAnObject(broken.toString()), isObject(broken.toString()), broken.toString());
    }

    private static boolean parserTakesForAnObject(String json) {
        try (JsonParser in = MessageJson.FACTORY.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            in.skipChildren();
            return in.currentToken() == JsonToken.END_OBJECT && in.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
