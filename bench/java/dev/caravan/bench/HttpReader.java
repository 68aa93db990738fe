package dev.caravan.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads the HTTP/1.1 messages of one connection, one after another, from bytes that arrive in any pieces: requests or responses,
 * with a length, chunked or (responses) until the connection ends. RFC 9112; no more of it than the benchmark's two ends need.
 * A full HTTP library took more time for each event than the gateways that are measured.
 */
final class HttpReader {

    /** What a message is told to, in order: its head, pieces of its body, its end. */
    interface Sink {

        /**
         * A message begins.
         *
         * @param startLine request line or status line
         * @param close     whether the sender closes the connection after this message, or wants it closed
         */
        void head(String startLine, boolean close);

        /** Some of the body; the array is the reader's caller's. */
        void body(byte[] bytes, int from, int to);

        /** The message is complete. */
        void end();
    }

    private enum State {
        HEAD, LENGTH, UNTIL_CLOSE, CHUNK_SIZE, CHUNK_SIZE_REST, CHUNK, CHUNK_END, TRAILER
    }

    private static final int MAX_HEAD = 64 * 1024;

    private final Sink sink;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream(512);
    private State state = State.HEAD;
    /** The last bytes seen, to find an empty line: how much of CR LF CR LF has been matched. */
    private int emptyLine;
    private long remaining;
    private int trailerLine;

    HttpReader(Sink sink) {
        this.sink = sink;
    }

    /**
     * Takes the next bytes.
     *
     * @throws IllegalStateException when they are no HTTP; the connection can't be read on then
     */
    void read(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            i = switch (state) {
                case HEAD -> readHead(bytes, i);
                case LENGTH, CHUNK -> readData(bytes, i);
                case UNTIL_CLOSE -> {
                    sink.body(bytes, i, bytes.length);
                    yield bytes.length;
                }
                case CHUNK_SIZE -> readChunkSize(bytes, i);
                case CHUNK_SIZE_REST -> skipToChunk(bytes, i);
                case CHUNK_END -> skipChunkEnd(bytes, i);
                case TRAILER -> readTrailer(bytes, i);
            };
        }
    }

    /** The connection has ended. Returns whether that was in order: between messages, or at the end of one without a length. */
    boolean endOfConnection() {
        if (state == State.UNTIL_CLOSE) {
            endMessage();
        }
        return state == State.HEAD && head.size() == 0;
    }

    private int readHead(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            boolean expected = bytes[i] == (emptyLine % 2 == 0 ? '\r' : '\n');
            emptyLine = expected ? emptyLine + 1 : bytes[i] == '\r' ? 1 : 0;
            if (emptyLine == 4) {
                head.write(bytes, from, i + 1 - from);
                endHead();
                return i + 1;
            }
        }
        head.write(bytes, from, bytes.length - from);
        if (head.size() > MAX_HEAD) {
            throw new IllegalStateException("a head of more than " + MAX_HEAD + " bytes");
        }
        return bytes.length;
    }

    private void endHead() {
        String text = head.toString(StandardCharsets.ISO_8859_1);
        head.reset();
        emptyLine = 0;
        int end = text.indexOf("\r\n");
        String startLine = text.substring(0, end);
        String headers = text.substring(end).toLowerCase(Locale.ROOT);
        boolean response = startLine.startsWith("HTTP/");
        String length = header(headers, "\r\ncontent-length:");
        remaining = length == null ? 0 : Long.parseLong(length);
        state = "chunked".equals(header(headers, "\r\ntransfer-encoding:"))
                ? State.CHUNK_SIZE
                : length == null && response ? State.UNTIL_CLOSE : State.LENGTH;
        sink.head(startLine, "close".equals(header(headers, "\r\nconnection:")));
        if (state == State.LENGTH && remaining == 0) {
            endMessage();
        } else if (state == State.CHUNK_SIZE) {
            remaining = 0;
        }
    }

    private static String header(String headers, String name) {
        int start = headers.indexOf(name);
        return start < 0
                ? null
                : headers.substring(start + name.length(), headers.indexOf("\r\n", start + name.length())).trim();
    }

    private int readData(byte[] bytes, int from) {
        int to = (int) Math.min(bytes.length, from + remaining);
        sink.body(bytes, from, to);
        remaining -= to - from;
        if (remaining == 0) {
            if (state == State.LENGTH) {
                endMessage();
            } else {
                state = State.CHUNK_END;
            }
        }
        return to;
    }

    private int readChunkSize(byte[] bytes, int from) {
        int i = from;
        for (; i < bytes.length; i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0) {
                state = State.CHUNK_SIZE_REST;
                return i;
            }
            remaining = remaining * 16 + digit;
            if (remaining > Integer.MAX_VALUE) {
                throw new IllegalStateException("a chunk of more than 2 GB");
            }
        }
        return i;
    }

    private int skipToChunk(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                state = remaining == 0 ? State.TRAILER : State.CHUNK;
                trailerLine = 0;
                return i + 1;
            }
        }
        return bytes.length;
    }

    private int skipChunkEnd(byte[] bytes, int from) {
        if (bytes[from] == '\n') {
            state = State.CHUNK_SIZE;
        } else if (bytes[from] != '\r') {
            throw new IllegalStateException("CR LF expected after a chunk");
        }
        return from + 1;
    }

    private int readTrailer(byte[] bytes, int from) {
        if (bytes[from] != '\n') {
            trailerLine += bytes[from] == '\r' ? 0 : 1;
        } else if (trailerLine == 0) {
            endMessage();
        } else {
            trailerLine = 0;
        }
        return from + 1;
    }

    private void endMessage() {
        state = State.HEAD;
        sink.end();
    }
}
