package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Text of others on a terminal. */
final class TerminalTextTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "Zeile eins,\n\tzwei: ä€🙂";
        assertSame(text, TerminalText.visible(text));
    }

    @Test
    void controlCharactersBecomeVisible() {
        assertEquals("␛[31m␍␈␀␡\uFFFD", TerminalText.visible("\u001b[31m\r\b\0\u007f\u009b"));
    }

    @Test
    void aLineIsOneLineOfBoundedLength() {
        assertEquals("one two", TerminalText.line(" one\ntwo\n", 10));
        assertEquals("12345…", TerminalText.line("1234567", 5));
        assertEquals("1234…", TerminalText.line("1234🙂7", 5));
    }

    @Property(tries = 200)
    void noControlCharacterIsLeft(@ForAll String text) {
        assertTrue(TerminalText.visible(text).chars()
                .noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t'));
    }
}
