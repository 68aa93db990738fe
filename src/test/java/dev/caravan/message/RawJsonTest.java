package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawJsonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{}|true", "{\"a\":[{}]}|true", "` {} `|true", "|false",
            "{|false", "{}{}|false", "{} x|false", "[]|false", "null|false", "\"{}\"|false", "{\"a\":1,}|false",
            "{'a':1}|false", "{\"a\":}|false"})
    void isObject(String json, boolean expected) {
        assertEquals(expected, RawJson.of(json == null ? "" : json).isObject());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{}|{}",
            "`{ \"a b\" : [ 1 ,\r\n\t2 ] }`|{\"a b\":[1,2]}", "{\"a\\\" :\\\\\" : \" é \"}|{\"a\\\" :\\\\\":\" é \"}",
            "`\" \\\" \"`|\" \\\" \"", "` 1.50 `|1.50"})
    void compact(String json, String expected) {
        assertEquals(expected, RawJson.of(json).compact());
    }

    @Test
    void aSliceOfItsSource() {
        byte[] source = "[1, {\"é\": 2} ,3]".getBytes(StandardCharsets.UTF_8);
        RawJson slice = new RawJson(source, 4, 9);
        assertEquals("{\"é\": 2}", slice.text());
        assertEquals("{\"é\":2}", slice.compact());
        assertEquals("{\"x\":{\"é\": 2}}", new String(MessageJson.write(out -> {
            out.writeFieldName("x");
            slice.writeTo(out);
        }), StandardCharsets.UTF_8));
    }
}
