package dev.caravan.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The clients on Node.js, which somebody who builds Caravan need not have. */
final class NodeModules {
    /** Where the clients' packages are named, and the scripts that use them. */
    static final Path CLIENTS = Path.of("src", "test", "clients").toAbsolutePath();

    private static final Path MODULES = CLIENTS.resolve("node_modules");

    private NodeModules() {}

    /** A file of an installed package. */
    static Path file(String name) {
        return MODULES.resolve(name);
    }

    /** Skips the test, and says what to do, unless there is Node.js and the packages are installed, these among them. */
    static void assumeInstalled(String... packages) {
        boolean node = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "node")));
        assumeTrue(node, "there is no node on the PATH: install Node.js 20 or newer");
        assumeTrue(Files.isDirectory(MODULES),
                "the clients are not installed: run npm install --prefix src/test/clients");
        for (String name : packages) {
            assumeTrue(Files.isDirectory(file(name)),
                    () -> name + " is not installed: run npm install --prefix src/test/clients");
        }
    }
}
