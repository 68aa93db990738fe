package dev.caravan.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Packages of npm that a test needs, and that somebody who builds Caravan need not have. */
final class NodeModules {
    private NodeModules() {}

    static Path in(Path directory) {
        return directory.resolve("node_modules");
    }

    /** Skips the test, and says what to do, unless there is Node.js and the directory's packages are installed. */
    static void assumeInstalled(Path directory) {
        assumeTrue(Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "node"))),
                "there is no node on the PATH: install Node.js 18 or newer");
        assumeTrue(Files.isDirectory(in(directory)),
                "the clients are not installed: run npm install --prefix src/test/clients");
    }
}
