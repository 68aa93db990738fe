package dev.caravan.sse;

import static dev.caravan.sse.SseTranscript.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The cost of a stream grows with its size alone, however small its pieces: each byte is copied a bounded number of
 * times. Counted, not timed.
 */
class SseLinearityTest {

    /** Into the partial line, moved by its doublings (less than two times), the same again when lines are joined. */
    private static final int COPIES_OF_A_BYTE = 6;

    @ParameterizedTest
    @CsvSource({"1000, 1", "10000, 1", "100000, 1", "1000000, 1", "1000000, 3", "1000000, 4096", "1000000, 2000000"})
    void oneLongLine(int size, int piece) throws IOException {
        long copied = copied(utf8("data: " + "x".repeat(size) + "\n\n"), piece, size);
        assertTrue(copied <= 3L * size + 1000, copied + " bytes copied");
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "1000, 1", "10000, 1", "100000, 1", "100000, 7", "100000, 4096", "100000, 20000000"})
    void manyDataLines(int lines, int piece) throws IOException {
        byte[] stream = utf8("data: 0123456789\n".repeat(lines) + "\n");
        long copied = copied(stream, piece, lines * 11 - 1);
        assertTrue(copied <= COPIES_OF_A_BYTE * (long) stream.length, copied + " bytes copied");
    }

    @Test
    void aHugeCommentIsNotKept() throws IOException {
        SseParser parser = new SseParser();
        byte[] comment = utf8(":" + "x".repeat(1_000_000));
        parser.feed(comment, 0, comment.length);
        assertNull(parser.next());
        byte[] rest = utf8("\nda");
        parser.feed(rest, 0, rest.length);
        assertNull(parser.next());
        rest = utf8("ta: small\n\n");
        parser.feed(rest, 0, rest.length);
        SseEvent event = parser.next();
        assertEquals("small", event.dataUtf8());
        assertTrue(event.array().length < 10_000);
    }

    @Test
    @Tag("long")
    void fiftyMegabytesByteByByte() throws IOException {
        int size = 50_000_000;
        byte[] stream = new byte[size];
        Arrays.fill(stream, (byte) 'x');
        System.arraycopy(utf8("data:"), 0, stream, 0, 5);
        stream[size - 2] = '\n';
        stream[size - 1] = '\n';
        assertTrue(copied(stream, 1, size - 7) <= 3L * size);
    }

    private static long copied(byte[] stream, int piece, int expectedLength) throws IOException {
        SseParser parser = new SseParser(stream.length);
        SseEvent event = null;
        for (int from = 0; from < stream.length; from += piece) {
            parser.feed(stream, from, Math.min(piece, stream.length - from));
            for (SseEvent next; (next = parser.next()) != null;) {
                assertNull(event);
                event = next;
            }
        }
        assertEquals(expectedLength, event.length());
        return parser.bytesCopied();
    }
}
