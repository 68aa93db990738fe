package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader and the writer, with Jackson as the second opinion. */
class JsonTest {
    private static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    static Object[][] readable() {
        return new Object[][]{{"null", null}, {"true", true}, {" \t\r\n false ", false}, {"0", 0L}, {"-0", 0L},
                {"-17", -17L}, {"123456789012345678", 123456789012345678L},
                {"1234567890123456789", new BigDecimal("1234567890123456789")}, {"0.7", new BigDecimal("0.7")},
                {"1e3", new BigDecimal("1e3")}, {"1E+3", new BigDecimal("1e3")},
                {"12.50e-2", new BigDecimal("12.50e-2")},
                {"\"\"", ""}, {"\"a b\"", "a b"}, {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
                {"\"\\u00e9\\u00C9\"", "éÉ"}, {"\"\\ud83c\\udf89🎉\"", "🎉🎉"}, {"\"\\ud83c\"", "\ud83c"},
                {"\"\u007f\u2028\"", "\u007f\u2028"},
                {"[]", List.of()}, {"[ ]", List.of()}, {"[1, [true ,null]]", List.of(1L, Arrays.asList(true, null))},
                {"{}", Map.of()}, {"{ \"a\" : { \"b\":[] } }", Map.of("a", Map.of("b", List.of()))},
                {"{\"a\":1,\"a\":2}", Map.of("a", 2L)}, {"{\"\":\"\"}", Map.of("", "")}};
    }

    @ParameterizedTest
    @MethodSource("readable")
    void reads(String text, Object value) throws JsonException {
        assertEquals(value, JsonReader.read(text));
    }

    @Test
    void keepsTheOrderOfKeys() throws JsonException {
        Map<?, ?> read = (Map<?, ?>) JsonReader.read("{\"z\":1,\"a\":2,\"m\":3}");
        assertEquals("[z, a, m]", read.keySet().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "nul", "nulL", "True", "1 2", "{} {}", "[1,]", "[,1]", "[1", "[", "]", "{", "}",
            "{\"a\"}",
            "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "[1}", "{\"a\":1]", "01", "-", "-a",
            "+1", ".5",
            "1.", "1.e3", "1e", "1e+", "0x10", "NaN", "Infinity", "--1", "\"", "\"a", "\"\\\"", "\"\\", "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"", "\"\\u١٢٣٤\"", "\"\n\"", "\"\t\"", "\"\\\n\"", "\"\u0000\"", "'a'", "// x\n1", "1 /* */",
            "\ufeff1",
            "\u00a01", "١", "1e99999999999", "[1]]", "nullnull"})
    void refuses(String text) {
        assertThrows(JsonException.class, () -> JsonReader.read(text));
    }

    @Test
    void saysWhereAndWhatWasExpectedAndNotWhatWasThere() {
        String message = assertThrows(JsonException.class, () -> JsonReader.read("{\"secret\" \"word\"}")).getMessage();
        assertEquals("not valid JSON at character 10: expected ':'", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void boundsTheDepth(String opening) throws JsonException {
        String closing = opening.equals("[") ? "]" : "}";
        int depth = JsonReader.MAX_DEPTH;
        JsonReader.read(opening.repeat(depth - 1) + "{}" + closing.repeat(depth - 1));
        assertThrows(JsonException.class, () -> JsonReader.read(opening.repeat(depth) + "{}" + closing.repeat(depth)));
        assertThrows(JsonException.class, () -> JsonReader.read(opening.repeat(1_000_000)));
    }

    @Test
    void boundsTheLengthOfANumber() throws JsonException {
        String longest = "9".repeat(JsonReader.MAX_NUMBER_LENGTH);
        assertEquals(new BigDecimal(longest), JsonReader.read(longest));
        assertThrows(JsonException.class, () -> JsonReader.read(longest + "9"));
    }

    @Test
    void writesOneLine() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("line\nend", "\r\t\u0000\u001f\"\\/é🎉");
        value.put("list", Arrays.asList(1L, -2.5, true, null, List.of()));
        assertEquals("{\"line\\nend\":\"\\u000d\\u0009\\u0000\\u001f\\\"\\\\/é🎉\",\"list\":[1,-2.5,true,null,[]]}",
                JsonWriter.write(value, new StringBuilder()).toString());
    }

    @Test
    void writesHalfASurrogatePairAsAnEscape() {
        assertEquals("\"\\ud83c-\\udf89\\udf89🎉\\ud83c\"",
                JsonWriter.write("\ud83c-\udf89\udf89\ud83c\udf89\ud83c", new StringBuilder()).toString());
    }

    @Property(tries = 500)
    void whatIsWrittenIsReadBack(@ForAll("values") Object value) throws Exception {
        String text = JsonWriter.write(value, new StringBuilder()).toString();
        assertEquals(value, JsonReader.read(text));
        assertEquals(-1, text.indexOf('\n'));
        // and a second opinion on both sides: the same tree, and its text as Jackson writes it read back
        JsonNode tree = JACKSON.readTree(text);
        assertEquals(JACKSON.valueToTree(value).toString(), tree.toString());
        assertEquals(value, JsonReader.read(tree.toPrettyString()));
    }

    @Property(tries = 2000)
    void readsWhatJacksonReadsAndNothingElse(@ForAll("almostJson") String text) {
        boolean valid;
        try {
            valid = !JACKSON.readTree(text).isMissingNode();
        } catch (JsonProcessingException | NumberFormatException e) {
            // the latter is how Jackson refuses an exponent that no BigDecimal has
            valid = false;
        }
        assertEquals(valid, isRead(text), text);
    }

    @Property
    void throwsNothingButItsOwnException(@ForAll String text) {
        isRead(text);
        isRead("\"" + text + "\"");
        isRead("[" + text + "]");
    }

    private static boolean isRead(String text) {
        try {
            JsonReader.read(text);
            return true;
        } catch (JsonException e) {
            assertTrue(e.getMessage().contains("expected"), e.getMessage());
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            return fail("for the text " + text, e);
        }
    }

    @Provide
    Arbitrary<Object> values() {
        return values(3);
    }

    private static Arbitrary<Object> values(int depth) {
        Arbitrary<String> strings = Arbitraries.strings().withChars("ab\"\\/\n\u0000é ")
                .withCharRange('\u2020', '\u2030')
                .withCharRange('\ud7f0', '\ud7ff').ofMaxLength(8).map(text -> text + "🎉".repeat(text.length() % 3));
        Arbitrary<Object> leaves = Arbitraries.oneOf(strings.asGeneric(),
                Arbitraries.longs().between(-99999999999999999L, 999999999999999999L).asGeneric(),
                Arbitraries.bigDecimals().between(BigDecimal.valueOf(-1e9), BigDecimal.valueOf(1e9)).ofScale(3)
                        .map(number -> number.setScale(3)).asGeneric(),
                Arbitraries.of(true, false).asGeneric(), Arbitraries.just(null));
        if (depth == 0) {
            return leaves;
        }
        return Arbitraries.oneOf(leaves, values(depth - 1).list().ofMaxSize(4).asGeneric(),
                Arbitraries.maps(strings, values(depth - 1)).ofMaxSize(4).asGeneric());
    }

    /** Texts of JSON's own tokens, most of them wrong in one place at most. */
    @Provide
    Arbitrary<String> almostJson() {
        Arbitrary<String> valid = values(3).map(value -> JsonWriter.write(value, new StringBuilder()).toString());
        Arbitrary<String> tokens = Arbitraries
                .of("{", "}", "[", "]", ",", ":", "\"a\"", "\"", "\\", "\\u00e9", "1", "0", "-", ".",
                        "e", "E+", "true", "null", " ", "\n", "\t", "x", "\u00a0", "/")
                .list().ofMaxSize(8)
                .map(list -> String.join("", list));
        Arbitrary<String> broken = Combinators
                .combine(valid, tokens, Arbitraries.integers().between(0, 1000))
                .as((text, token, at) -> {
                    int cut = at % (text.length() + 1);
                    return text.substring(0, cut) + token + text.substring(Math.min(text.length(), cut + at % 3));
                });
        return Arbitraries.oneOf(valid, tokens, broken);
    }
}
