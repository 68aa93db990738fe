package dev.caravan.sse;

import static dev.caravan.sse.LineEnds.CR;
import static dev.caravan.sse.LineEnds.LF;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Appends server-sent events, as frames ready for the wire, to a growing buffer: fill it, send
 * {@link #array()} up to {@link #length()}, {@link #clear()} it, fill it again. Each byte of data is copied once.
 * <p>
 * Whatever is given, one call writes one frame: a line end inside data or a comment starts a further line of the same
 * field, and an event name with a line end is refused. Nothing can therefore end a frame early or forge a field. Line
 * ends inside data come out of a parser as LF, whichever they were.
 * <p>
 * Not thread-safe.
 */
public final class SseWriter {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] COLON = ascii(":");

    private final GrowingBytes out = new GrowingBytes();

    // The event line of the last name: in a stream most events repeat it.
    private String lastName;
    private byte[] lastEventLine;

    /** A writer with an empty buffer. */
    public SseWriter() {}

    /** Appends {@code event: name}, {@code data: …} and the blank line. See {@link #event(String, byte[], int, int)}. */
    public SseWriter event(String name, byte[] data) {
        return event(name, data, 0, data.length);
    }

    /**
     * Appends a named event: {@code event: name}, a {@code data:} line for each line of the data, the blank line.
     *
     * @param name   not empty, without CR and LF
     * @param data   holds the data: UTF-8, best without line ends
     * @param offset where the data begins
     * @param length how many bytes it has; 0 makes an event with empty data
     * @return this
     * @throws IllegalArgumentException when the name is empty or has a line end; nothing is appended then
     */
    public SseWriter event(String name, byte[] data, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, data.length);
        byte[] eventLine = eventLine(name);
        out.append(eventLine, 0, eventLine.length);
        appendLines(DATA, data, offset, length);
        return this;
    }

    /** Appends an event without a name, which readers take for {@code message}: data lines and the blank line. */
    public SseWriter data(byte[] data, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, data.length);
        appendLines(DATA, data, offset, length);
        return this;
    }

    /**
     * Appends a comment, which readers ignore and which keeps a silent connection open: a colon, the text as it is, a
     * blank line. By custom the text begins with a space.
     */
    public SseWriter comment(byte[] text, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, text.length);
        appendLines(COLON, text, offset, length);
        return this;
    }

    /** Appends bytes that are already a whole frame, such as one built once and kept. They are not looked at. */
    public SseWriter frame(byte[] frame) {
        out.append(frame, 0, frame.length);
        return this;
    }

    /** Appends bytes as they are: a part of what is no stream of events, but goes the same way. They are not looked at. */
    public SseWriter bytes(byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, source.length);
        out.append(source, offset, count);
        return this;
    }

    /** The buffer itself, for sending without a copy: bytes 0 to {@link #length()}, good until the next call. */
    public byte[] array() {
        return out.array();
    }

    /** How many bytes are in the buffer. */
    public int length() {
        return out.length();
    }

    /** A copy of what is in the buffer. */
    public byte[] toByteArray() {
        return Arrays.copyOf(out.array(), out.length());
    }

    /** Writes what is in the buffer, in one call, and keeps it. Does not flush. */
    public void writeTo(OutputStream target) throws IOException {
        target.write(out.array(), 0, out.length());
    }

    /** Empties the buffer for reuse; a large one is given back to the collector. */
    public void clear() {
        out.clear();
    }

    private byte[] eventLine(String name) {
        if (!name.equals(lastName)) {
            lastEventLine = checkedEventLine(name);
            lastName = name;
        }
        return lastEventLine;
    }

    private static byte[] checkedEventLine(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("An event name must not be empty");
        }
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (LineEnds.indexOf(bytes, 0, bytes.length) < bytes.length) {
            throw new IllegalArgumentException("An event name must not contain a line end");
        }
        byte[] line = Arrays.copyOf(EVENT, EVENT.length + bytes.length + 1);
        System.arraycopy(bytes, 0, line, EVENT.length, bytes.length);
        line[line.length - 1] = LF;
        return line;
    }

    /** Appends the text with the prefix before each of its lines, then the blank line that ends the frame. */
    private void appendLines(byte[] prefix, byte[] text, int offset, int length) {
        out.reserve(prefix.length + length + 2);
        int end = offset + length;
        int start = offset;
        while (true) {
            int lineEnd = LineEnds.indexOf(text, start, end);
            out.append(prefix, 0, prefix.length);
            out.append(text, start, lineEnd - start);
            out.append(LF);
            if (lineEnd == end) {
                break;
            }
            boolean crLf = text[lineEnd] == CR && lineEnd + 1 < end && text[lineEnd + 1] == LF;
            start = lineEnd + (crLf ? 2 : 1);
        }
        out.append(LF);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
