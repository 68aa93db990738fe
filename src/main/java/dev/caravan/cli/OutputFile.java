package dev.caravan.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that has its name only when it is complete: it is written beside it, and then renamed. */
final class OutputFile {
    private final Path file;

    /** Writes the content. */
    @FunctionalInterface
    interface Content<R> {
        R writeTo(OutputStream out) throws CommandFailure, IOException, InterruptedException;
    }

    /**
     * @param file its name; one that is there is replaced
     * @throws CommandFailure when no file can be there
     */
    OutputFile(Path file) throws CommandFailure, IOException {
        // A symbolic link stays one.
        this.file = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path directory = this.file.getParent();
        if (Files.isDirectory(this.file) || directory == null) {
            throw new CommandFailure(file + ": expected a file, and this is a directory");
        }
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(file + ": there is no directory " + directory);
        }
        if (!Files.isWritable(isSpecial() ? this.file : directory)) {
            throw new CommandFailure(file + ": permission denied");
        }
    }

    /** Writes it; nothing of it is left when that fails or the process is told to end. */
    <R> R write(Content<R> content) throws CommandFailure, IOException, InterruptedException {
        if (isSpecial()) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                return content.writeTo(out);
            }
        }
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        AtExit atExit = AtExit.close(() -> Files.deleteIfExists(part));
        try {
            R result;
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                result = content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return result;
        } finally {
            atExit.cancel();
            Files.deleteIfExists(part);
        }
    }

    /** A pipe or a device, such as /dev/null: nothing to be replaced. */
    private boolean isSpecial() {
        return Files.exists(file) && !Files.isRegularFile(file);
    }
}
