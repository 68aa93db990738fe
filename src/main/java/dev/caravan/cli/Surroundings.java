package dev.caravan.cli;

import dev.caravan.config.Environment;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a command takes from the process that it runs in. Immutable.
 *
 * @param variables the environment variables
 * @param directory where {@code caravan.yaml} is looked for; {@code Path.of("")} for the current directory
 * @param home where Caravan's own files are, as the launcher tells; empty when it was started without
 * @param input standard input
 * @param inputIsTerminal whether somebody sits at standard input, so that reading it would wait for them
 * @param screen what standard error is shown on
 */
record Surroundings(Map<String, String> variables, Path directory, Optional<Path> home, InputStream input,
        BooleanSupplier inputIsTerminal, Screen screen) {
    /** The system property in which the launcher tells where Caravan's own files are. */
    static final String HOME = "caravan.home";

    Surroundings {
        variables = Map.copyOf(variables);
    }

    static Surroundings ofProcess() {
        return new Surroundings(System.getenv(), Path.of(""),
                Optional.ofNullable(System.getProperty(HOME)).filter(home -> !home.isBlank()).map(Path::of), System.in,
                () -> Screen.isTerminal(0), Screen.ofProcess());
    }

    /** The environment variables as the configuration reads them. */
    Environment environment() {
        return Environment.of(variables);
    }
}
