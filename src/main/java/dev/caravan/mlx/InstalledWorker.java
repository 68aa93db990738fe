package dev.caravan.mlx;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The worker in a virtual environment, where {@code caravan mlx} has put it; another version of Caravan may have.
 *
 * @param environment the directory of the environment
 * @param directory where the worker's package is in it
 */
public record InstalledWorker(Path environment, Path directory) {
    /** The one of the environment that a Python belongs to; empty when there is none in it. */
    public static Optional<InstalledWorker> of(Path python) {
        // As it is named: the file itself is a link to the Python that the environment was made with.
        Path bin = python.toAbsolutePath().normalize().getParent();
        Path environment = bin == null ? null : bin.getParent();
        if (environment == null) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(environment.resolve("lib"))) {
            for (Path version : versions) {
                Path directory = version.resolve("site-packages").resolve(Worker.MODULE);
                if (Files.isDirectory(directory)) {
                    return Optional.of(new InstalledWorker(environment, directory));
                }
            }
        } catch (IOException e) {
            // It is no environment, or not to be read: what starts it will tell.
        }
        return Optional.empty();
    }

    /** Whether its code, and the version of mlx-lm that was installed with it, are those of this worker. */
    public boolean isSameAs(Worker worker) {
        try {
            String requirement = WorkerEnvironment.note(environment).getProperty(WorkerEnvironment.REQUIREMENT, "");
            boolean otherLibrary = !requirement.isEmpty() && !requirement.endsWith("==" + worker.version());
            return !otherLibrary && worker.isIn(directory);
        } catch (IOException e) {
            return false;
        }
    }
}
