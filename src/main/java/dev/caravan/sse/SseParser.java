package dev.caravan.sse;

import static dev.caravan.sse.LineEnds.CR;
import static dev.caravan.sse.LineEnds.LF;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Parses a stream of server-sent events as the HTML Standard says (sections 9.2.5 "Parsing an event stream" and 9.2.6
 * "Interpreting an event stream"). The caller feeds bytes in pieces of any size, cut anywhere, and takes the events out:
 * {@link #feed}, {@link #next()} until it returns null, {@link #feed} again, at the end of the stream {@link #finish()}.
 * How the bytes are cut never changes what comes out.
 * <p>
 * It works on bytes. A line that lies whole in the fed array is not copied: the event is a view of that array. A line
 * that spans pieces, or data of several lines, is joined once in an array that then belongs to the event. The cost is
 * linear in the bytes fed, also when they come one at a time.
 * <p>
 * No line (without its end) and no event's data may be longer than a limit, {@value #DEFAULT_MAX_BYTES} bytes unless
 * told otherwise; beyond it {@link SseLimitExceededException} is thrown, then and at every later call.
 * <p>
 * One parser reads one stream. Not thread-safe.
 */
public final class SseParser {
    /** The limit on a line and on an event's data, in bytes, when none is given: 16 MiB. */
    public static final int DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] DATA = ascii("data");
    private static final byte[] EVENT = ascii("event");
    private static final byte[] ID = ascii("id");
    private static final byte[] RETRY = ascii("retry");
    private static final String DEFAULT_TYPE = "message";

    private enum State {
        OPEN, FINISHED, LIMIT_EXCEEDED
    }

    private final int maxBytes;
    private final SseCommentListener comments;
    private final SseUnknownLineListener unknownLines;
    private final EventNames names = new EventNames();
    private State state = State.OPEN;

    // What was fed and is not yet parsed.
    private byte[] input = NOTHING;
    private int position;
    private int end;

    private int markMatched;
    private boolean skipLineFeed;
    private final GrowingBytes partialLine = new GrowingBytes();

    // The block being read: its first data line is a view; from the second on the lines are joined.
    private boolean hasData;
    private byte[] view = NOTHING;
    private int viewOffset;
    private int viewLength;
    private GrowingBytes joined;
    private String type;
    private String idBuffer = "";

    private String lastEventId = "";
    private OptionalLong retryMillis = OptionalLong.empty();
    private long joinedBytes;

    /** A parser with the default limit that leaves comments out. */
    public SseParser() {
        this(DEFAULT_MAX_BYTES);
    }

    /** A parser with its own limit, in bytes, on a line and on an event's data; it leaves comments out. */
    public SseParser(int maxBytes) {
        this(maxBytes, (array, offset, length) -> {});
    }

    /**
     * A parser with its own limit that reports comments.
     *
     * @param maxBytes the limit on a line and on an event's data, in bytes, at least 1
     * @param comments is told of each comment line; what it throws comes out of {@link #next()}, which may be called
     *                 again afterwards
     */
    public SseParser(int maxBytes, SseCommentListener comments) {
        this(maxBytes, comments, (array, offset, length) -> {});
    }

    /**
     * A parser with the default limit that leaves comments out and reports lines that are no field it knows.
     *
     * @param unknownLines is told of each; what it throws comes out of {@link #next()} or {@link #finish()}
     */
    public SseParser(SseUnknownLineListener unknownLines) {
        this(DEFAULT_MAX_BYTES, (array, offset, length) -> {}, unknownLines);
    }

    private SseParser(int maxBytes, SseCommentListener comments, SseUnknownLineListener unknownLines) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, is " + maxBytes);
        }
        this.maxBytes = maxBytes;
        this.comments = Objects.requireNonNull(comments, "comments");
        this.unknownLines = Objects.requireNonNull(unknownLines, "unknownLines");
    }

    /**
     * Hands over the next bytes of the stream. Nothing is parsed yet and nothing copied: the array must stay as it is
     * until {@link #next()} has returned null, and for as long as events from it are in use.
     *
     * @throws IllegalStateException     when earlier bytes are not used up, or after {@link #finish()}
     * @throws SseLimitExceededException when the limit was exceeded before
     */
    public void feed(byte[] bytes, int offset, int length) throws SseLimitExceededException {
        requireUsedUp();
        Objects.checkFromIndexSize(offset, length, bytes.length);
        input = bytes;
        position = offset;
        end = offset + length;
    }

    /**
     * The next event in the bytes that were fed, or null when they hold no further one: then all of them are used up,
     * what is unfinished is kept, and the fed array may be written to again.
     *
     * @throws SseLimitExceededException when a line or an event's data is longer than the limit, now or before
     * @throws IllegalStateException     after {@link #finish()}
     */
    public SseEvent next() throws SseLimitExceededException {
        requireOpen();
        if (markMatched < BYTE_ORDER_MARK.length) {
            skipByteOrderMark();
        }
        while (position < end) {
            if (skipLineFeed) {
                skipLineFeed = false;
                if (input[position] == LF) {
                    position++;
                    continue;
                }
            }
            int start = position;
            int lineEnd = LineEnds.indexOf(input, start, end);
            if (lineEnd == end) {
                appendToPartialLine(input, start, end - start);
                break;
            }
            position = lineEnd + 1;
            // A CR ends the line at once: waiting for a LF that may follow would hold the event back.
            skipLineFeed = input[lineEnd] == CR;
            SseEvent event = endLine(start, lineEnd - start);
            if (event != null) {
                return event;
            }
        }
        letGoOfInput();
        return null;
    }

    /**
     * Ends the stream. The standard drops a block that no blank line ended; real servers and recorded streams do end
     * like that ({@code data: {"type":"message_stop"}} and no blank line), so here the block is handed to the caller, who
     * decides. A last line without a line end counts as a line. It may have been cut short, so only data that shows by
     * itself whether it is complete, such as a JSON object, may be trusted. A caller that wants the standard's behaviour
     * ignores the result.
     *
     * @return the event that a blank line would have dispatched, or null when no data was pending
     * @throws SseLimitExceededException when the pending data is longer than the limit, or the limit was exceeded before
     * @throws IllegalStateException     when fed bytes are not used up, or when called twice
     */
    public SseEvent finish() throws SseLimitExceededException {
        requireUsedUp();
        if (partialLine.length() > 0) {
            endLine(0, 0);
        }
        state = State.FINISHED;
        return hasData ? takeEvent() : null;
    }

    /**
     * The id of the last block that a blank line ended, with data or without: what a client would send as
     * {@code Last-Event-ID} when it reconnects. Empty when there is none.
     */
    public String lastEventId() {
        return lastEventId;
    }

    /** The last valid {@code retry} value, in milliseconds; {@code Long.MAX_VALUE} stands for anything beyond it. */
    public OptionalLong retryMillis() {
        return retryMillis;
    }

    /** How many bytes were copied so far; each byte fed is copied a bounded number of times, most are not at all. */
    long bytesCopied() {
        return partialLine.copied() + joinedBytes + (joined == null ? 0 : joined.copied());
    }

    private void requireOpen() throws SseLimitExceededException {
        if (state == State.OPEN) {
            return;
        }
        if (state == State.LIMIT_EXCEEDED) {
            throw new SseLimitExceededException(maxBytes);
        }
        throw new IllegalStateException("The stream was finished");
    }

    private void requireUsedUp() throws SseLimitExceededException {
        requireOpen();
        if (position < end) {
            throw new IllegalStateException("Bytes fed earlier are not used up: call next() until it returns null");
        }
    }

    private void skipByteOrderMark() throws SseLimitExceededException {
        while (position < end && markMatched < BYTE_ORDER_MARK.length) {
            if (input[position] == BYTE_ORDER_MARK[markMatched]) {
                position++;
                markMatched++;
            } else {
                // Not a mark after all: what looked like its beginning belongs to the first line.
                appendToPartialLine(BYTE_ORDER_MARK, 0, markMatched);
                markMatched = BYTE_ORDER_MARK.length;
            }
        }
    }

    private void appendToPartialLine(byte[] bytes, int offset, int count) throws SseLimitExceededException {
        if (count > maxBytes - partialLine.length()) {
            throw exceeded();
        }
        partialLine.append(bytes, offset, count);
    }

    /** Ends a line whose last bytes are a range of the input and whose first ones may be in {@link #partialLine}. */
    private SseEvent endLine(int start, int length) throws SseLimitExceededException {
        if (partialLine.length() == 0) {
            return interpret(input, start, length);
        }
        appendToPartialLine(input, start, length);
        byte[] line = partialLine.array();
        int lineLength = partialLine.length();
        partialLine.clear();
        return interpret(line, 0, lineLength);
    }

    private SseEvent interpret(byte[] line, int offset, int length) throws SseLimitExceededException {
        if (length == 0) {
            return dispatch();
        }
        if (length > maxBytes) {
            throw exceeded();
        }
        switch (line[offset]) {
            case ':' -> comments.comment(line, offset + 1, length - 1);
            case 'd' -> {
                if (isField(DATA, line, offset, length)) {
                    int value = valueStart(DATA, line, offset, length);
                    addData(line, value, offset + length - value);
                }
            }
            case 'e' -> {
                if (isField(EVENT, line, offset, length)) {
                    int value = valueStart(EVENT, line, offset, length);
                    int valueLength = offset + length - value;
                    type = valueLength == 0 ? null : names.get(line, value, valueLength);
                }
            }
            case 'i' -> {
                if (isField(ID, line, offset, length)) {
                    int value = valueStart(ID, line, offset, length);
                    setId(line, value, offset + length - value);
                }
            }
            case 'r' -> {
                if (isField(RETRY, line, offset, length)) {
                    int value = valueStart(RETRY, line, offset, length);
                    setRetry(line, value, offset + length);
                }
            }
            // Any other field is ignored, as the standard says. Names that begin like a known one are not worth a listener.
            default -> unknownLines.line(line, offset, length);
        }
        return null;
    }

    /** Whether a line is this field: its name alone, or its name and a colon. */
    private static boolean isField(byte[] name, byte[] line, int offset, int length) {
        if (length < name.length || length > name.length && line[offset + name.length] != ':') {
            return false;
        }
        for (int i = 1; i < name.length; i++) {
            if (line[offset + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the value begins: after the colon and one space, at the line's end when there is no colon. */
    private static int valueStart(byte[] name, byte[] line, int offset, int length) {
        int end = offset + length;
        int start = offset + name.length + 1;
        if (start >= end) {
            return end;
        }
        return line[start] == ' ' ? start + 1 : start;
    }

    private void addData(byte[] line, int offset, int length) throws SseLimitExceededException {
        if (!hasData) {
            hasData = true;
            view = line;
            viewOffset = offset;
            viewLength = length;
            if (line != input) {
                // The line's array now belongs to the event: it must not be reused for the next line.
                partialLine.release();
            }
            return;
        }
        int soFar = joined == null ? viewLength : joined.length();
        if (length >= maxBytes - soFar) {
            throw exceeded();
        }
        if (joined == null) {
            joinView(length + 1);
        }
        joined.append(LF);
        joined.append(line, offset, length);
    }

    private void joinView(int moreToCome) {
        joined = new GrowingBytes();
        joined.reserve(viewLength + moreToCome);
        joined.append(view, viewOffset, viewLength);
        view = NOTHING;
    }

    private void setId(byte[] line, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (line[i] == 0) {
                return;
            }
        }
        idBuffer = new String(line, offset, length, StandardCharsets.UTF_8);
    }

    private void setRetry(byte[] line, int from, int to) {
        if (from == to) {
            return;
        }
        long millis = 0;
        for (int i = from; i < to; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            millis = millis > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : millis * 10 + digit;
        }
        retryMillis = OptionalLong.of(millis);
    }

    private SseEvent dispatch() {
        lastEventId = idBuffer;
        if (hasData) {
            return takeEvent();
        }
        type = null;
        return null;
    }

    private SseEvent takeEvent() {
        String name = type == null ? DEFAULT_TYPE : type;
        SseEvent event;
        if (joined == null) {
            event = new SseEvent(name, idBuffer, view, viewOffset, viewLength);
        } else {
            event = new SseEvent(name, idBuffer, joined.array(), 0, joined.length());
            joinedBytes += joined.copied();
            joined = null;
        }
        view = NOTHING;
        hasData = false;
        type = null;
        return event;
    }

    /** All input is parsed: the caller may overwrite its array, so data seen in it and not dispatched is copied. */
    private void letGoOfInput() {
        if (hasData && joined == null && view == input) {
            joinView(0);
        }
        input = NOTHING;
        position = 0;
        end = 0;
    }

    private SseLimitExceededException exceeded() {
        state = State.LIMIT_EXCEEDED;
        input = NOTHING;
        view = NOTHING;
        joined = null;
        partialLine.release();
        return new SseLimitExceededException(maxBytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
