package dev.caravan.cli;

import java.io.PrintWriter;
import java.time.Duration;

/**
 * The line that shows how far something is: written again in its place on a terminal, a new one every few seconds elsewhere, such as
 * in a file. Safe for several threads: a program that is told to end says so while the line is drawn.
 */
final class ProgressLine {
    private static final long APART = Duration.ofSeconds(5).toNanos();
    private static final String ERASE_TO_END = "\u001b[K";

    private final PrintWriter err;
    private final Screen screen;
    private final boolean isTerminal;
    private boolean drawn;
    private String last = "";
    private long lastWritten = System.nanoTime() - APART;

    /**
     * @param err standard error
     * @param screen what it is shown on
     */
    ProgressLine(PrintWriter err, Screen screen) {
        this.err = err;
        this.screen = screen;
        isTerminal = screen.isTerminal().getAsBoolean();
    }

    /** Shows the bar. */
    synchronized void show(ProgressBar bar) {
        if (isTerminal) {
            // One less, since some terminals begin a new line when the last column is written.
            draw(bar.line(screen.columns().getAsInt() - 1));
        } else {
            write(bar.text());
        }
    }

    /** Shows a text in its place, where there is no number to show. */
    synchronized void show(String text) {
        if (isTerminal) {
            draw(TerminalText.line(text, Math.max(1, screen.columns().getAsInt() - 2)));
        } else {
            write(text);
        }
    }

    /** Writes a line of its own, and leaves what was shown before above it. */
    synchronized void note(String line) {
        end();
        err.println("caravan: " + TerminalText.visible(line));
        err.flush();
    }

    /** Ends the line, if it is not ended yet. */
    synchronized void end() {
        if (drawn) {
            err.println();
            err.flush();
            drawn = false;
        }
    }

    private void draw(String line) {
        err.print("\r" + line + ERASE_TO_END);
        err.flush();
        drawn = true;
    }

    private void write(String line) {
        long now = System.nanoTime();
        if (!line.equals(last) && now - lastWritten >= APART) {
            err.println(line);
            err.flush();
            last = line;
            lastWritten = now;
        }
    }
}
