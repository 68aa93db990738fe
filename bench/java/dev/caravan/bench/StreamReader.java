package dev.caravan.bench;

import java.util.Arrays;

/**
 * Reads the server-sent events of one stream as they arrive and tells apart what the measurement needs: content events, errors
 * and the proper end, in OpenAI's and in Anthropic's form. It is not a full parser: it looks at the first bytes of lines.
 */
final class StreamReader {

    private static final byte[] DATA = Script.utf8("data: ");
    private static final byte[] EVENT = Script.utf8("event: ");
    private static final byte[] ANTHROPIC_TOKEN = Script.utf8("content_block_delta");
    private static final byte[] ANTHROPIC_END = Script.utf8("message_stop");
    private static final byte[] ERROR = Script.utf8("error");
    private static final byte[] OPENAI_ERROR = Script.utf8("{\"error\"");
    private static final byte[] OPENAI_END = Script.utf8("[DONE]");
    private static final byte[] OPENAI_TOKEN = Script.utf8("\"content\":\"");
    private static final int MAX_LINE = 1 << 20;

    private byte[] line = new byte[512];
    private int length;
    private boolean named;
    private int tokens;
    private boolean error;
    private boolean ended;

    /** Takes the next bytes; returns how many content events were completed by them. */
    int read(byte[] bytes, int from, int to) {
        int before = tokens;
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                append(bytes, start, i);
                endLine();
                start = i + 1;
            }
        }
        append(bytes, start, to);
        return tokens - before;
    }

    /** Content events so far. */
    int tokens() {
        return tokens;
    }

    /** Whether an error event came. */
    boolean error() {
        return error;
    }

    /** Whether the stream came to its proper end: {@code message_stop} or {@code [DONE]}. */
    boolean ended() {
        return ended;
    }

    private void append(byte[] bytes, int from, int to) {
        int more = to - from;
        if (length + more > MAX_LINE) {
            throw new IllegalStateException("a line of more than " + MAX_LINE + " bytes");
        }
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + more));
        }
        System.arraycopy(bytes, from, line, length, more);
        length += more;
    }

    private void endLine() {
        if (length == 0 || length == 1 && line[0] == '\r') {
            named = false;
        } else if (Bytes.matches(line, length, EVENT, 0)) {
            named = true;
            readName(EVENT.length);
        } else if (!named && Bytes.matches(line, length, DATA, 0)) {
            readUnnamed(DATA.length);
        }
        length = 0;
    }

    private void readName(int at) {
        if (Bytes.matches(line, length, ANTHROPIC_TOKEN, at)) {
            tokens++;
        } else if (Bytes.matches(line, length, ANTHROPIC_END, at)) {
            ended = true;
        } else if (Bytes.matches(line, length, ERROR, at)) {
            error = true;
        }
    }

    private void readUnnamed(int at) {
        if (Bytes.matches(line, length, OPENAI_END, at)) {
            ended = true;
        } else if (Bytes.matches(line, length, OPENAI_ERROR, at)) {
            error = true;
        } else {
            int content = Bytes.indexOf(line, length, OPENAI_TOKEN, at);
            // The role chunk has an empty content.
            if (content >= 0 && line[content + OPENAI_TOKEN.length] != '"') {
                tokens++;
            }
        }
    }
}
