package dev.caravan.sse;

import static dev.caravan.sse.SseTranscript.event;
import static dev.caravan.sse.SseTranscript.message;
import static dev.caravan.sse.SseTranscript.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.sse.SseTranscript.Comment;
import dev.caravan.sse.SseTranscript.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {

    @Test
    void aBlockingReaderIsALoop() throws IOException {
        InputStream in = new ByteArrayInputStream(utf8("event: a\ndata: 1\n\ndata: 2\n\nevent: c\ndata: 3"));
        List<Event> events = new ArrayList<>();
        SseParser parser = new SseParser();
        byte[] buffer = new byte[8];
        for (int n; (n = in.read(buffer)) >= 0;) {
            parser.feed(buffer, 0, n);
            for (SseEvent event; (event = parser.next()) != null;) {
                events.add(SseTranscript.copy(event));
            }
        }
        assertEquals(List.of(event("a", "1"), message("2")), events);
        assertEquals(event("c", "3"), SseTranscript.copy(parser.finish()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1_000})
    void linesThatAreNoFieldAreTold(int size) throws IOException {
        List<String> told = new ArrayList<>();
        SseParser parser = new SseParser((array, offset, length) -> told.add(new String(array, offset, length, UTF_8)));
        byte[] stream = utf8(": c\n{\n  \"a\": 1\r\ndata: 1\nX: y\n\nevent: e\nretry: 1\nid: 2\n[\"ü\"]\n\n}");
        List<Event> events = new ArrayList<>();
        for (int at = 0; at < stream.length; at += size) {
            parser.feed(stream, at, Math.min(size, stream.length - at));
            for (SseEvent event; (event = parser.next()) != null;) {
                events.add(SseTranscript.copy(event));
            }
        }
        assertNull(parser.finish());
        assertEquals(List.of("{", "  \"a\": 1", "X: y", "[\"ü\"]", "}"), told);
        assertEquals(1, events.size());
        assertEquals("1", events.getFirst().data());
    }

    @Test
    void anEventIsThereAsSoonAsItsBlankLineIs() throws IOException {
        for (String stream : List.of("data: x\n\n", "data: x\r\r", "data: x\r\n\r")) {
            SseParser parser = new SseParser();
            byte[] bytes = utf8(stream);
            parser.feed(bytes, 0, bytes.length - 1);
            assertNull(parser.next());
            parser.feed(bytes, bytes.length - 1, 1);
            assertEquals("x", parser.next().dataUtf8());
        }
    }

    @Test
    void commentsAreToldInTheOrderOfTheStream() {
        SseTranscript transcript = SseTranscript
                .whole(utf8(":Hello\ndata: 1\n\n: keep-alive\n\ndata: 2\n:\n: \u2665\r\n\n:last\n"));
        assertEquals(List.of(new Comment("Hello"), message("1"), new Comment(" keep-alive"), new Comment(""),
                new Comment(" \u2665"), message("2"), new Comment("last")), transcript.items());
    }

    @Test
    void whatACommentListenerThrowsComesOutAndLosesNothing() throws IOException {
        SseParser parser = new SseParser(100, (array, offset, length) -> {
            throw new IllegalArgumentException("listener");
        });
        byte[] beginning = utf8("data: 1\n:a");
        parser.feed(beginning, 0, beginning.length);
        assertNull(parser.next());
        byte[] rest = utf8("b\ndata: 2\n\n");
        parser.feed(rest, 0, rest.length);
        assertThrows(IllegalArgumentException.class, parser::next);
        assertEquals("1\n2", parser.next().dataUtf8());
    }

    @ParameterizedTest
    @CsvSource({"retry: 1500, 1500", "retry:0, 0", "retry:007, 7", "retry: 9223372036854775807, 9223372036854775807",
            "retry: 9223372036854775808, 9223372036854775807", "retry: 99999999999999999999999, 9223372036854775807"})
    void retryIsANumberOfMilliseconds(String line, long millis) {
        assertEquals(OptionalLong.of(millis), SseTranscript.whole(utf8(line + "\n")).retryMillis());
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "retry:", "retry: ", "retry:  1", "retry: 1 ", "retry: -1", "retry: +1",
            "retry: 1.5", "retry: 1e3", "retry: 2000x", "retry: \u0661", "Retry: 1", "retry : 1"})
    void retryTakesNothingButAsciiDigits(String line) {
        assertEquals(OptionalLong.of(250),
                SseTranscript.whole(utf8("retry: 250\n" + line + "\n\n")).retryMillis());
        assertEquals(OptionalLong.empty(), SseTranscript.whole(utf8(line + "\n\n")).retryMillis());
    }

    @Test
    void theLastEventIdIsThatOfTheLastEndedBlock() {
        assertEquals("", SseTranscript.whole(utf8("id: 1\n")).lastEventId());
        assertEquals("1", SseTranscript.whole(utf8("id: 1\n\n")).lastEventId());
        assertEquals("1", SseTranscript.whole(utf8("id: 1\ndata: x\n\nid: 2\ndata: y\n")).lastEventId());
    }

    /** What only begins like a byte order mark is text: it makes the first field an unknown one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theBeginningOfAMarkIsNotAMark(int length) {
        byte[] stream = utf8("\uFEFFdata: 1\n\ndata: 2\n\n");
        System.arraycopy(stream, 3, stream, length, stream.length - 3);
        stream = Arrays.copyOf(stream, stream.length - 3 + length);
        for (int at = 0; at <= stream.length; at++) {
            assertEquals(List.of(message("2")), SseTranscript.cutAt(stream, new int[]{at}, 100).events());
        }
    }

    @Nested
    class TheEnd {
        @ParameterizedTest
        @ValueSource(strings = {"event: message_stop\ndata: {\"type\":\"message_stop\"}",
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n",
                "event: message_stop\r\ndata: {\"type\":\"message_stop\"}\r",
                "event: message_stop\rdata: {\"type\":\"message_stop\"}\r: comment",
                "data: {\"type\":\"message_stop\"}\nevent: message_stop",
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\nid: 0\0"})
        void anUnfinishedBlockIsHandedOverHoweverItWasCut(String end) {
            byte[] stream = utf8("data: before\n\n" + end);
            SseTranscript whole = SseTranscript.whole(stream);
            assertEquals(List.of(message("before")), whole.events());
            assertEquals(event("message_stop", "{\"type\":\"message_stop\"}"), whole.unfinished());
            for (int at = 0; at <= stream.length; at++) {
                assertEquals(whole, SseTranscript.cutAt(stream, new int[]{at}, 100));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "\n", "data: x\n\n", "event: message_stop", "event: message_stop\n", "id: 7\n",
                ": data: x", "dat", "Data: x", "\uFEFF"})
        void withoutPendingDataThereIsNothing(String stream) {
            assertNull(SseTranscript.whole(utf8(stream)).unfinished());
        }

        @Test
        void anUnfinishedBlockKeepsItsLinesAndId() {
            assertEquals(new Event("message", "a\n\nb", "9"),
                    SseTranscript.whole(utf8("id: 9\ndata: a\ndata\ndata:b")).unfinished());
        }

        @Test
        void anUnfinishedMarkIsNothing() throws IOException {
            SseParser parser = new SseParser();
            parser.feed(new byte[]{(byte) 0xEF, (byte) 0xBB}, 0, 2);
            assertNull(parser.next());
            assertNull(parser.finish());
        }

        @Test
        void afterItNothingMayBeAsked() throws IOException {
            SseParser parser = new SseParser();
            assertNull(parser.finish());
            assertThrows(IllegalStateException.class, parser::finish);
            assertThrows(IllegalStateException.class, parser::next);
            assertThrows(IllegalStateException.class, () -> parser.feed(new byte[1], 0, 1));
        }
    }

    @Nested
    class Misuse {
        @Test
        void bytesMustBeUsedUpBeforeMoreAreFed() throws IOException {
            SseParser parser = new SseParser();
            byte[] bytes = utf8("data: 1\n\ndata: 2\n\n");
            parser.feed(bytes, 0, bytes.length);
            assertThrows(IllegalStateException.class, () -> parser.feed(bytes, 0, 1));
            assertThrows(IllegalStateException.class, parser::finish);
            assertEquals("1", parser.next().dataUtf8());
            assertThrows(IllegalStateException.class, () -> parser.feed(bytes, 0, 1));
            assertEquals("2", parser.next().dataUtf8());
            assertNull(parser.next());
            assertNull(parser.next());
            assertNull(parser.finish());
        }

        @Test
        void rangesAreChecked() {
            SseParser parser = new SseParser();
            assertThrows(IndexOutOfBoundsException.class, () -> parser.feed(new byte[4], 2, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> parser.feed(new byte[4], -1, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> new SseEvent("e", "", new byte[4], 2, 3));
            assertThrows(IllegalArgumentException.class, () -> new SseParser(0));
        }

        @Test
        void askingAgainWithNothingFedKeepsWhatIsPending() throws IOException {
            SseParser parser = new SseParser();
            for (String piece : List.of("data: a\n", "data: b\n", "\n")) {
                assertNull(parser.next());
                byte[] bytes = utf8(piece);
                parser.feed(bytes, 0, bytes.length);
                if (piece.equals("\n")) {
                    assertEquals("a\nb", parser.next().dataUtf8());
                }
                assertNull(parser.next());
                assertNull(parser.next());
            }
        }
    }

    @Nested
    class Copying {
        private final byte[] stream = utf8("event: e\nid: 3\ndata: {\"a\":1}\n: c\n\ndata:two\r\n\r\n");

        @Test
        void anEventThatLiesWholeInTheFedArrayIsAViewOfIt() throws IOException {
            SseParser parser = new SseParser();
            parser.feed(stream, 0, stream.length);
            for (SseEvent event; (event = parser.next()) != null;) {
                assertSame(stream, event.array());
            }
            assertEquals(0, parser.bytesCopied());
        }

        @Test
        void anEventInTwoPiecesHasItsOwnArrayThatIsNeverWrittenAgain() throws IOException {
            SseParser parser = new SseParser();
            List<SseEvent> events = new ArrayList<>();
            List<byte[]> copies = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (byte value : utf8("data: one " + round + "\n\ndata: " + round + "\ndata: two\n\n:xxxxxxxxxx\n")) {
                    parser.feed(new byte[]{value}, 0, 1);
                    SseEvent event = parser.next();
                    if (event != null) {
                        events.add(event);
                        copies.add(event.copyData());
                        assertNull(parser.next());
                    }
                }
            }
            assertEquals(6, events.size());
            for (int i = 0; i < events.size(); i++) {
                assertArrayEquals(copies.get(i), events.get(i).copyData());
                for (int j = 0; j < i; j++) {
                    assertNotSame(events.get(i).array(), events.get(j).array());
                }
            }
        }

        @Test
        void aFrequentNameIsDecodedOnce() throws IOException {
            SseParser parser = new SseParser();
            byte[] events = utf8("event: content_block_delta\ndata: 1\n\n".repeat(2));
            parser.feed(events, 0, events.length);
            assertSame(parser.next().type(), parser.next().type());
        }
    }

    @Nested
    class Limits {
        @ParameterizedTest
        @ValueSource(strings = {"data: 0123456789", ":012345678901234", "unknown: 0123456", "0123456789abcdef"})
        void aLineMayBeAsLongAsTheLimitAndNoLonger(String line) {
            assertEquals(16, line.length());
            for (String end : List.of("\n", "\r", "\r\n", "")) {
                byte[] fits = utf8("data: ok\n\n" + line + end);
                byte[] tooLong = utf8("data: ok\n\n" + line + "x" + end);
                for (int size = 1; size <= tooLong.length; size++) {
                    assertFalse(SseTranscript.inPieces(fits, size, 16).limitExceeded());
                    SseTranscript refused = SseTranscript.inPieces(tooLong, size, 16);
                    assertTrue(refused.limitExceeded());
                    assertEquals(List.of(message("ok")), refused.events());
                }
            }
        }

        @Test
        void theDataOfAnEventMayBeAsLongAsTheLimitAndNoLonger() {
            byte[] fits = utf8("data:\n\ndata: 1234567\ndata:\ndata:1234567\n\ndata: ok\n\n");
            byte[] tooLong = utf8("data:\n\ndata: 1234567\ndata:\ndata:12345678\n\ndata: lost\n\n");
            for (int size = 1; size <= tooLong.length; size++) {
                assertEquals(List.of(message(""), message("1234567\n\n1234567"), message("ok")),
                        SseTranscript.inPieces(fits, size, 16).events());
                SseTranscript refused = SseTranscript.inPieces(tooLong, size, 16);
                assertTrue(refused.limitExceeded());
                assertEquals(List.of(message("")), refused.events());
            }
        }

        @Test
        void emptyDataLinesCountToo() {
            assertTrue(SseTranscript.whole(utf8("data\n".repeat(5))).unfinished().data().equals("\n".repeat(4)));
            assertFalse(SseTranscript.inPieces(utf8("data\n".repeat(17)), 3, 16).limitExceeded());
            assertTrue(SseTranscript.inPieces(utf8("data\n".repeat(18)), 3, 16).limitExceeded());
        }

        @Test
        void theLastUnendedLineCountsToo() {
            assertFalse(SseTranscript.inPieces(utf8("data: 1234567\ndata: 12345678"), 5, 16).limitExceeded());
            SseTranscript refused = SseTranscript.inPieces(utf8("data: 1234567\ndata: 123456789"), 5, 16);
            assertTrue(refused.limitExceeded());
            assertNull(refused.unfinished());
        }

        @Test
        void aMarkDoesNotCount() {
            for (int size = 1; size <= 8; size++) {
                byte[] stream = utf8("\uFEFFdata: ok\n\n");
                assertEquals(List.of(message("ok")), SseTranscript.inPieces(stream, size, 8).events());
                assertTrue(SseTranscript.inPieces(stream, size, 7).limitExceeded());
            }
        }

        @Test
        void theTotalOfAStreamIsNotLimited() {
            SseTranscript all = SseTranscript.inPieces(utf8("data: 12345\n\n".repeat(1000)), 7, 16);
            assertEquals(1000, all.events().size());
        }

        @Test
        void theParserStaysTerminatedAndSaysWhyWithoutQuotingTheStream() throws IOException {
            SseParser parser = new SseParser(20);
            byte[] bytes = utf8("data: secret secret secret\n\ndata: ok\n\n");
            parser.feed(bytes, 0, bytes.length);
            for (int i = 0; i < 2; i++) {
                SseLimitExceededException e = assertThrows(SseLimitExceededException.class, parser::next);
                assertEquals(20, e.maxBytes());
                assertEquals("A server-sent event or one of its lines is longer than the limit of 20 bytes",
                        e.getMessage());
            }
            assertThrows(SseLimitExceededException.class, () -> parser.feed(bytes, 0, 1));
            assertThrows(SseLimitExceededException.class, parser::finish);
        }

        @Test
        void theDefaultIs16MegabytesALine() throws IOException {
            byte[] line = new byte[16 * 1024 * 1024 + 1];
            Arrays.fill(line, (byte) 'x');
            System.arraycopy(utf8("data:"), 0, line, 0, 5);
            SseParser parser = new SseParser();
            parser.feed(line, 0, line.length - 1);
            assertNull(parser.next());
            parser.feed(utf8("\n\n"), 0, 2);
            assertEquals(line.length - 1 - 5, parser.next().length());
            parser.next();
            parser.feed(line, 0, line.length);
            assertThrows(SseLimitExceededException.class, parser::next);
        }
    }

    @Nested
    class Events {
        private final SseEvent event = new SseEvent("e", "1", utf8("..abc.."), 2, 3);

        @Test
        void dataIsARange() {
            assertEquals("abc", event.dataUtf8());
            assertArrayEquals(utf8("abc"), event.copyData());
        }

        @Test
        void equalityIsOfContent() {
            SseEvent same = new SseEvent("e", "1", utf8("abc"), 0, 3);
            assertEquals(event, same);
            assertEquals(event.hashCode(), same.hashCode());
            assertNotEquals(event, new SseEvent("f", "1", utf8("abc"), 0, 3));
            assertNotEquals(event, new SseEvent("e", "2", utf8("abc"), 0, 3));
            assertNotEquals(event, new SseEvent("e", "1", utf8("abd"), 0, 3));
        }

        @Test
        void theTextForLogsShowsNoData() {
            assertEquals("SseEvent[e, 3 bytes]", event.toString());
        }
    }
}
