package dev.caravan.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads bytes line by line. Not thread-safe. */
final class LineReader {
    private static final int BUFFER = 64 * 1024;

    private final InputStream in;
    private final int longest;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private int number;

    /**
     * @param longest the most bytes of a line
     */
    LineReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /**
     * The next line, without its line feed; empty at the end. The last line need not have a line feed.
     *
     * @throws CommandFailure when the line is too long
     */
    Optional<byte[]> next() throws IOException, CommandFailure {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean begun = false;
        while (fill()) {
            if (!begun) {
                begun = true;
                number++;
            }
            int feed = position;
            while (feed < end && buffer[feed] != '\n') {
                feed++;
            }
            if (line.size() + feed - position > longest) {
                throw new CommandFailure("line " + number + ": expected at most " + (longest >> 20) + " MB");
            }
            line.write(buffer, position, feed - position);
            position = Math.min(feed + 1, end);
            if (feed < end) {
                return Optional.of(line.toByteArray());
            }
        }
        return begun ? Optional.of(line.toByteArray()) : Optional.empty();
    }

    /** The number of the line that was read last, from 1. */
    int number() {
        return number;
    }

    private boolean fill() throws IOException {
        while (position == end) {
            int count = in.read(buffer);
            if (count < 0) {
                return false;
            }
            position = 0;
            end = count;
        }
        return true;
    }
}
