package dev.caravan.exec;

import dev.caravan.message.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Takes a process's stderr line by line to the log, with bounds on a line's length and on the number of lines. A carriage return
 * ends a line as well, as progress bars have it. Not thread-safe.
 */
final class StderrLog {
    /** The longest line logged, in bytes; the rest of a longer one is dropped. */
    static final int MAX_LINE = 1_000;

    /**
     * How many lines are logged.
     *
     * @param lines the most in a time
     * @param nanos how long that time is in nanoseconds, {@link Long#MAX_VALUE} for the life of the process
     */
    record Bounds(int lines, long nanos) {
        /** For a process that answers one request. */
        static final Bounds OF_ONE_REQUEST = new Bounds(200, Long.MAX_VALUE);
        /** For a process that is kept. */
        static final Bounds OF_A_WORKER = new Bounds(200, Duration.ofMinutes(1).toNanos());
    }

    private final Consumer<String> log;
    private final Bounds bounds;
    private final byte[] line = new byte[MAX_LINE];
    private int length;
    private boolean cut;
    private long lines;
    private long since = System.nanoTime();

    StderrLog(Consumer<String> log, Bounds bounds) {
        this.log = log;
        this.bounds = bounds;
    }

    /** Reads until the end of the stream or until it breaks; both just end the log. */
    void pump(InputStream stderr) {
        byte[] chunk = new byte[4 * 1024];
        try (stderr) {
            for (int count = stderr.read(chunk); count >= 0; count = stderr.read(chunk)) {
                for (int i = 0; i < count; i++) {
                    add(chunk[i]);
                }
            }
        } catch (IOException e) {
            // The process is gone, and with it whatever it still had to say.
        }
        endLine();
        tellMissing();
    }

    private void tellMissing() {
        if (lines > bounds.lines()) {
            log.accept("… " + (lines - bounds.lines()) + " more lines on stderr");
        }
    }

    private void add(byte b) {
        if (b == '\n' || b == '\r') {
            endLine();
        } else if (length < MAX_LINE) {
            line[length++] = b;
        } else {
            cut = true;
        }
    }

    private void endLine() {
        if (length == 0) {
            return;
        }
        String text = Text.excerpt(new String(line, 0, length, StandardCharsets.UTF_8), MAX_LINE);
        String shown = cut ? text + "…" : text;
        length = 0;
        cut = false;
        if (System.nanoTime() - since >= bounds.nanos()) {
            tellMissing();
            since = System.nanoTime();
            lines = 0;
        }
        lines++;
        if (lines <= bounds.lines()) {
            log.accept(shown);
        }
    }
}
