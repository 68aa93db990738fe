package dev.caravan.cli;

import java.io.PrintWriter;

/**
 * Writes an answer to the terminal as it comes: text to standard output, everything else to standard error. Not thread-safe.
 */
final class ChatPrinter {
    private static final String FAINT = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean colour;
    /** Who has written a line that is not ended yet; null when nobody has. */
    private PrintWriter unfinished;

    /**
     * @param colour whether the terminal shows colours
     */
    ChatPrinter(PrintWriter out, PrintWriter err, boolean colour) {
        this.out = out;
        this.err = err;
        this.colour = colour;
    }

    /** A piece of the answer. */
    void text(String piece) throws CommandFailure {
        write(out, TerminalText.visible(piece), piece.endsWith("\n"));
        requireReader();
    }

    /** A line of its own in the answer, such as the call of a tool. */
    void line(String line) throws CommandFailure {
        endLine();
        out.println(TerminalText.visible(line));
        requireReader();
    }

    /** A piece of what the model thinks. */
    void thinking(String piece) {
        String text = TerminalText.visible(piece);
        write(err, colour ? FAINT + text + PLAIN : text, piece.endsWith("\n"));
        err.flush();
    }

    /** A line beside the answer. */
    void note(String line) {
        endLine();
        err.println("caravan: " + TerminalText.visible(line));
        err.flush();
    }

    /** Ends the line that is being written, if there is one. */
    void endLine() {
        if (unfinished != null) {
            unfinished.println();
            unfinished.flush();
            unfinished = null;
        }
    }

    private void write(PrintWriter to, String text, boolean endsLine) {
        if (text.isEmpty()) {
            return;
        }
        if (unfinished != null && unfinished != to) {
            endLine();
        }
        to.print(text);
        unfinished = endsLine ? null : to;
    }

    /** Flushes; an answer that nobody reads any more, as in {@code caravan chat … | head -1}, need not go on. */
    private void requireReader() throws CommandFailure {
        if (out.checkError()) {
            throw new CommandFailure("standard output was closed before the answer was complete");
        }
    }
}
