package dev.caravan.queue.broker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A directory that belongs to one process; the system gives it back when the process ends, however it ends. */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel file;

    private DirectoryLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Takes the directory at once or not at all.
     *
     * @throws IOException when it is taken, or cannot be written
     */
    static DirectoryLock take(Path directory) throws IOException {
        FileChannel file = FileChannel.open(directory.resolve("caravan.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return new DirectoryLock(file);
            }
        } catch (OverlappingFileLockException e) {
            // Taken by this very process: told like any other.
        } catch (IOException e) {
            file.close();
            throw e;
        }
        file.close();
        throw new IOException(directory + " is in use by another Caravan; end it, or name another `queue.directory`");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
