package dev.caravan.exec;

import java.util.Arrays;

/** Cuts the chunks that are read from a pipe into lines. Every byte is looked at once. Not thread-safe. */
final class LineSplitter {
    private static final int FIRST_CAPACITY = 8 * 1024;

    private final int maxLine;
    private final Lines lines;
    /** The beginning of a line whose end has not come yet. */
    private byte[] begun = new byte[FIRST_CAPACITY];
    private int length;

    /** Takes lines. */
    @FunctionalInterface
    interface Lines {
        /**
         * Takes a line, which is at its place only for the time of this call.
         *
         * @param length its length in bytes without its line feed, which may not be there
         */
        void line(byte[] buffer, int offset, int length) throws WorkerFault;
    }

    /** @param maxLine the longest line in bytes */
    LineSplitter(int maxLine, Lines lines) {
        this.maxLine = maxLine;
        this.lines = lines;
    }

    /** Takes the next bytes. */
    void put(byte[] chunk, int count) throws WorkerFault {
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (chunk[i] == '\n') {
                if (length == 0) {
                    check(i - from);
                    lines.line(chunk, from, i - from);
                } else {
                    keep(chunk, from, i - from);
                    end();
                }
                from = i + 1;
            }
        }
        keep(chunk, from, count - from);
    }

    private void keep(byte[] chunk, int from, int count) throws WorkerFault {
        check(length + count);
        if (length + count > begun.length) {
            begun = Arrays.copyOf(begun, Math.max(length + count, 2 * begun.length));
        }
        System.arraycopy(chunk, from, begun, length, count);
        length += count;
    }

    private void check(int bytes) throws WorkerFault {
        if (bytes > maxLine) {
            throw new WorkerFault("sent a line of more than " + maxLine + " bytes");
        }
    }

    /** The bytes are over: what stands behind the last line feed is a line as well, unless it is empty. */
    void end() throws WorkerFault {
        int whole = length;
        length = 0;
        if (whole > 0) {
            lines.line(begun, 0, whole);
        }
        if (begun.length > FIRST_CAPACITY) {
            begun = new byte[FIRST_CAPACITY];
        }
    }
}
