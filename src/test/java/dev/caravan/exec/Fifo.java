package dev.caravan.exec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A named pipe that a script waits at, with {@code read go < "$FIFO"}, until the test lets it go on: order without any clock.
 */
public final class Fifo {
    private final Path path;

    private Fifo(Path path) {
        this.path = path;
    }

    /** A new named pipe in a directory. */
    public static Fifo in(Path directory) throws IOException, InterruptedException {
        Path path = Files.createTempFile(directory, "fifo", "");
        Files.delete(path);
        if (new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor() != 0) {
            throw new IOException("mkfifo failed");
        }
        return new Fifo(path);
    }

    /** Waits until the script has come here and lets it go on. */
    public void open() throws IOException {
        try (OutputStream out = Files.newOutputStream(path)) {
            out.write('\n');
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
