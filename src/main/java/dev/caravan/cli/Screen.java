package dev.caravan.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What standard error is shown on.
 *
 * @param isTerminal whether that is a terminal, on which a line can be written again
 * @param columns how many characters its lines have; may change while it is used
 */
record Screen(BooleanSupplier isTerminal, IntSupplier columns) {
    private static final int USUAL = 80;
    private static final Pattern SIZE = Pattern.compile("[0-9]+ ([1-9][0-9]{0,4})\\s*");

    static Screen ofProcess() {
        return new Screen(() -> !"dumb".equals(System.getenv("TERM")) && isTerminal(2), Screen::width);
    }

    /**
     * Whether that is what a file descriptor of this process is. Java's own answer, {@code System.console()}, takes several
     * descriptors into account, and differs between versions. Where there is no {@code test} it has to do.
     */
    static boolean isTerminal(int descriptor) {
        try {
            return new ProcessBuilder("test", "-t", Integer.toString(descriptor)).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return System.console() != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static int width() {
        try {
            Process stty = new ProcessBuilder("sh", "-c", "stty size </dev/tty 2>/dev/null").start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher columns = SIZE.matcher(size);
            return columns.matches() ? Integer.parseInt(columns.group(1)) : USUAL;
        } catch (IOException e) {
            return USUAL;
        }
    }
}
