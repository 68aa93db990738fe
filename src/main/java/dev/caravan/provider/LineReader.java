package dev.caravan.provider;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines at each line feed. Every byte is looked at once and copied at most a few times, however the
 * source cuts its bytes and however long the lines are; a character of several bytes is never decoded in parts, because nothing
 * is decoded here. Not thread-safe.
 */
final class LineReader {
    private static final int FIRST_CAPACITY = 8 * 1024;

    private final InputStream source;
    private final int maxLine;
    private byte[] buffer = new byte[FIRST_CAPACITY];
    /** Where the line at hand begins and ends, without its line feed. */
    private int start;
    private int end;
    /** Behind the last byte read, and up to where no line feed was found. */
    private int limit;
    private int searched;
    private boolean ended;

    /**
     * @param maxLine the longest line in bytes, its line feed not counted
     */
    LineReader(InputStream source, int maxLine) {
        this.source = source;
        this.maxLine = maxLine;
    }

    /**
     * Moves to the next line, waiting for it. What follows the last line feed is a line as well, unless it is empty.
     *
     * @return false at the end of the source
     * @throws LineTooLongException when a line is longer than allowed
     */
    boolean next() throws IOException {
        start = Math.min(searched, limit);
        while (true) {
            int lineFeed = find();
            if (lineFeed >= 0) {
                return line(lineFeed, lineFeed + 1);
            }
            if (ended) {
                return limit > start && line(limit, limit);
            }
            if (limit - start > maxLine) {
                throw new LineTooLongException();
            }
            fill();
        }
    }

    private boolean line(int lineEnd, int next) throws IOException {
        if (lineEnd - start > maxLine) {
            throw new LineTooLongException();
        }
        end = lineEnd;
        searched = next;
        return true;
    }

    private int find() {
        for (int i = searched; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        searched = limit;
        return -1;
    }

    private void fill() throws IOException {
        if (start == limit) {
            start = limit = searched = 0;
        } else if (limit == buffer.length && start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            limit -= start;
            searched -= start;
            start = 0;
        }
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int count = source.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            ended = true;
        } else {
            limit += count;
        }
    }

    /** Holds the line at hand, until the next call of {@link #next()}. */
    byte[] buffer() {
        return buffer;
    }

    int offset() {
        return start;
    }

    int length() {
        return end - start;
    }

    /** Whether the line at hand has nothing but spaces, tabs and a carriage return. */
    boolean blank() {
        for (int i = start; i < end; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** A line is longer than allowed. */
    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
