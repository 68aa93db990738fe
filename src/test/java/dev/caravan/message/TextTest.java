package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"``,``", "abc,abc", "abcd,abcd", "abcde,abcd…", "`a\nb\r`,a?b?",
            "`a\u0000\u001b\u007f`,a???", "`\u0085\u2028\u2029`,???", "ab\uD83C\uDF89,ab\uD83C\uDF89",
            "abc\uD83C\uDF89,abc…", "ab\uD83C\uDF89x,ab\uD83C\uDF89…", "éü,éü"})
    void excerpt(String value, String expected) {
        assertEquals(expected, Text.excerpt(value, 4));
    }

    @Test
    void anExcerptHasNoHalfCharacters() {
        assertEquals("a?b?", Text.excerpt("a\uD83Cb\uDF89", 4));
        assertEquals("?", Text.excerpt("\uD83C", 1));
        assertEquals(81, Text.excerpt("x".repeat(1_000)).length());
    }

    @Test
    void wellFormed() {
        String whole = "a\uD83C\uDF89é";
        assertSame(whole, Text.wellFormed(whole));
        assertEquals("\uFFFD", Text.wellFormed("\uD83C"));
        assertEquals("\uFFFDa", Text.wellFormed("\uDF89a"));
        assertEquals("\uFFFD\uFFFD", Text.wellFormed("\uDF89\uD83C"));
        assertEquals("\uFFFD\uD83C\uDF89\uFFFD", Text.wellFormed("\uD83C\uD83C\uDF89\uDF89"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "\u007f\u0080", "é\u07ff\u0800", "\uffff", "a\uD83C\uDF89é"})
    void utf8Length(String text) {
        assertEquals(text.getBytes(StandardCharsets.UTF_8).length, Text.utf8Length(text));
    }

    @Test
    void twoHalvesOfACharacterCountAsMuchAsTheWhole() {
        assertEquals(Text.utf8Length("\uD83C\uDF89"), Text.utf8Length("\uD83C") + Text.utf8Length("\uDF89"));
    }
}
