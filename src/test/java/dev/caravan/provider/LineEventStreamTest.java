package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class LineEventStreamTest {
    private static final int MAX_LINE = 1_000;

    static List<List<String>> texts() {
        return List.of(List.of("", ""), List.of("a\n", "a"), List.of("a", "a"), List.of("a\nb", "a|b"),
                List.of("a\r\nb\r\n", "a\r|b\r"), List.of("\n\n \t\r\na\n\n", "a"), List.of("你好\n🎉é", "你好|🎉é"),
                List.of("x".repeat(MAX_LINE) + "\n" + "y".repeat(MAX_LINE),
                        "x".repeat(MAX_LINE) + "|" + "y".repeat(MAX_LINE)));
    }

    @Tag("case-21")
    @ParameterizedTest
    @MethodSource("texts")
    void linesAreTheSameHoweverTheSourceCutsThem(List<String> text) {
        byte[] bytes = text.get(0).getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Source source = new Source();
            source.add(Arrays.copyOfRange(bytes, 0, cut));
            source.add(Arrays.copyOfRange(bytes, cut, bytes.length));
            source.end();
            assertEquals(text.get(1), String.join("|", drain(stream(source))), "cut at " + cut);
        }
        Source source = new Source();
        for (byte b : bytes) {
            source.add(new byte[]{b});
        }
        source.end();
        assertEquals(text.get(1), String.join("|", drain(stream(source))), "cut everywhere");
    }

    @Tag("case-21")
    @Test
    void aLineOverTheCapIsAnErrorBehindWhatCameBefore() {
        for (String end : List.of("", "\n", "\nmore\n")) {
            Source source = new Source("fine\n" + "x".repeat(MAX_LINE + 1) + end);
            LineEventStream stream = stream(source);
            assertEquals("fine", text(stream.next()));
            ApiException error = assertThrows(ApiException.class, stream::next);
            assertEquals("provider demo: sent a line of more than 1000 bytes", error.getMessage());
            assertEquals(502, error.status());
            assertTrue(source.closed);
            assertFalse(stream.hasNext());
            assertNull(stream.next());
        }
    }

    @Test
    void anEndlessLineIsGivenUpAndNotGathered() {
        long[] delivered = {0};
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                delivered[0]++;
                return 'x';
            }
        };
        assertThrows(ApiException.class, stream(endless)::next);
        assertTrue(delivered[0] <= 64 * 1024, "read " + delivered[0]);
    }

    @Test
    void manyLinesTakeLinearTime() {
        // A reader that moved or searched the rest for each line would take minutes for this.
        int lines = 2_000_000;
        LineEventStream stream = stream(new Source("a\n".repeat(lines)));
        assertEquals(lines, drain(stream).size());
    }

    @Test
    void anEventIsReadBeforeTheNextLineCame() {
        Source source = new Source();
        source.add("one\ntw".getBytes(StandardCharsets.UTF_8));
        LineEventStream stream = stream(source);
        assertTrue(stream.hasNext());
        assertEquals("one", text(stream.next()));
        assertTrue(stream.hasNext(), "and does not wait to know");
        source.add("o\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("two", text(stream.next()));
        source.end();
        assertTrue(stream.hasNext());
        assertNull(stream.next());
        assertFalse(stream.hasNext());
        assertTrue(source.closed);
        assertNull(stream.next());
    }

    @Test
    void aFailureOfTheSourceComesBehindTheEventsBeforeIt() {
        ApiException failure = new ApiException(502, ErrorType.API_ERROR, "provider demo: gone");
        Source source = new Source();
        source.add("one\nha".getBytes(StandardCharsets.UTF_8));
        source.fail(failure);
        LineEventStream stream = stream(source);
        assertEquals("one", text(stream.next()));
        assertSame(failure, assertThrows(ApiException.class, stream::next));
        assertFalse(stream.hasNext());
        assertTrue(source.closed);
    }

    @Test
    void aSourceThatBreaksIsAnError() {
        Source source = new Source();
        source.fail(new IOException("reset"));
        ApiException error = assertThrows(ApiException.class, stream(source)::next);
        assertEquals("provider demo: the reply broke off", error.getMessage());
        assertEquals(502, error.status());
    }

    @Test
    void aFailureOfTheDecoderComesBehindItsEvents() {
        Source source = new Source("one;fail\ntwo\n");
        LineEventStream stream = stream(source);
        assertEquals("one", text(stream.next()));
        assertTrue(source.closed, "nothing more is wanted of the source");
        assertTrue(stream.hasNext());
        assertEquals("bad line", assertThrows(IllegalStateException.class, stream::next).getMessage());
        assertFalse(stream.hasNext());
        assertNull(stream.next());
    }

    @Test
    void theEndOfTheMessageEndsTheSourceAndNothingAfterItCounts() {
        Source source = new Source("one\nlast;done\nfail\n");
        LineEventStream stream = stream(source);
        assertEquals("one", text(stream.next()));
        assertFalse(source.closed);
        assertEquals("last", text(stream.next()));
        assertTrue(source.closed, "while the end is still to be read");
        assertNull(stream.next());
        assertFalse(stream.hasNext());
    }

    @Tag("case-7")
    @Test
    void aSourceThatEndsTooEarlyIsAnError() {
        LineEventStream stream = new LineEventStream(new Source("one\n"), "demo", MAX_LINE,
                events -> new Words(events) {
                    @Override
                    public void end() {}
                });
        assertEquals("one", text(stream.next()));
        ApiException error = assertThrows(ApiException.class, stream::next);
        assertEquals("provider demo: the reply ended too early", error.getMessage());
    }

    @Test
    void closingFromAnotherThreadEndsAReaderThatWaits() throws Exception {
        Source source = new Source();
        source.add("one\n".getBytes(StandardCharsets.UTF_8));
        LineEventStream stream = stream(source);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<MessageEvent> end = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            stream.next();
            begun.countDown();
            end.complete(stream.next());
        });
        begun.await();
        stream.close();
        assertNull(end.get());
        assertFalse(stream.hasNext());
        stream.close();
    }

    @Test
    void closingDropsWhatWasNotReadYet() {
        LineEventStream stream = stream(new Source("one;two;three\n"));
        assertEquals("one", text(stream.next()));
        stream.close();
        assertFalse(stream.hasNext());
        assertNull(stream.next());
    }

    private static LineEventStream stream(InputStream source) {
        return new LineEventStream(source, "demo", MAX_LINE, Words::new);
    }

    private static List<String> drain(LineEventStream stream) {
        List<String> texts = new ArrayList<>();
        for (MessageEvent event = stream.next(); event != null; event = stream.next()) {
            texts.add(text(event));
        }
        return texts;
    }

    private static String text(MessageEvent event) {
        return new String(((RawEvent) event).data(), StandardCharsets.UTF_8);
    }

    /** A dialect of words parted by semicolons, each an event but for "fail" and "done". */
    private static class Words implements ResponseDecoder {
        private final Consumer<MessageEvent> events;
        private boolean finished;

        Words(Consumer<MessageEvent> events) {
            this.events = events;
        }

        @Override
        public void event(String type, byte[] buffer, int offset, int length) {
            assertEquals("message", type);
            for (String word : new String(buffer, offset, length, StandardCharsets.UTF_8).split(";")) {
                switch (word) {
                    case "fail" -> throw new IllegalStateException("bad line");
                    case "done" -> finished = true;
                    default -> events.accept(new RawEvent("word", word.getBytes(StandardCharsets.UTF_8)));
                }
            }
        }

        @Override
        public void message(byte[] json) {
            throw new AssertionError("lines are no whole message");
        }

        @Override
        public void end() {
            finished = true;
        }

        @Override
        public boolean finished() {
            return finished;
        }
    }

    /** Gives what it was given, piece by piece, and waits for more until it has ended or is closed. */
    private static final class Source extends InputStream {
        private final BlockingQueue<Object> pieces = new LinkedBlockingQueue<>();
        private byte[] piece = new byte[0];
        private int at;
        volatile boolean closed;

        Source() {}

        Source(String all) {
            add(all.getBytes(StandardCharsets.UTF_8));
            end();
        }

        void add(byte[] bytes) {
            pieces.add(bytes);
        }

        void end() {
            pieces.add("end");
        }

        void fail(Exception failure) {
            pieces.add(failure);
        }

        @Override
        public int read() {
            throw new AssertionError("bytes are not read one by one");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (at == piece.length) {
                try {
                    switch (pieces.take()) {
                        case byte[] bytes -> {
                            piece = bytes;
                            at = 0;
                        }
                        case ApiException e -> throw e;
                        case IOException e -> throw e;
                        case Object end -> {
                            end();
                            return -1;
                        }
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public void close() {
            closed = true;
            fail(new IOException("closed"));
        }
    }
}
