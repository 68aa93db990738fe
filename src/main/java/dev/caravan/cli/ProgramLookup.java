package dev.caravan.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the program of a command as starting it would. */
final class ProgramLookup {
    private ProgramLookup() {}

    /**
     * Why a program cannot be started; empty when it can.
     *
     * @param program the first word of the command; a path in it is relative to the working directory
     * @param path the {@code PATH} of this process, where a program without a path is looked for
     */
    static Optional<String> fault(String program, Path workingDirectory, String path) {
        if (!Files.isDirectory(workingDirectory)) {
            return Optional.of("the working directory " + workingDirectory + " is not there");
        }
        if (program.indexOf('/') < 0 && program.indexOf(File.separatorChar) < 0) {
            return onPath(program, path) ? Optional.empty() : Optional.of(program + " is in no directory of PATH");
        }
        try {
            return fault(workingDirectory.resolve(program));
        } catch (InvalidPathException e) {
            return Optional.of(program + " is not the name of a file");
        }
    }

    private static Optional<String> fault(Path file) {
        if (!Files.exists(file)) {
            return Optional.of(file + " does not exist");
        }
        if (Files.isDirectory(file)) {
            return Optional.of(file + " is a directory");
        }
        return Files.isExecutable(file) ? Optional.empty() : Optional.of(file + " may not be executed (chmod +x)");
    }

    private static boolean onPath(String program, String path) {
        for (String directory : path.split(File.pathSeparator)) {
            try {
                Path file = Path.of(directory, program);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return true;
                }
            } catch (InvalidPathException e) {
                // no directory, so nothing is in it
            }
        }
        return false;
    }
}
