package dev.caravan.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** Runs commands as the terminal would, in surroundings of the test's making. */
final class Cli {
    private final Path directory;
    private final Map<String, String> variables = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String input = "";
    private boolean inputIsTerminal;
    private Optional<Path> home = Optional.empty();

    /** How a command ended. */
    record Result(int exit, String out, String err) {}

    /**
     * @param directory where the command runs
     */
    Cli(Path directory) {
        this.directory = directory;
        variables.put("PATH", System.getenv("PATH"));
    }

    Cli config(String yaml) {
        try {
            Files.writeString(directory.resolve("caravan.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    Cli variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    Cli input(String text) {
        input = text;
        return this;
    }

    Cli inputIsTerminal() {
        inputIsTerminal = true;
        return this;
    }

    Cli home(Path path) {
        home = Optional.of(path);
        return this;
    }

    Surroundings surroundings() {
        return new Surroundings(variables, directory, home,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), () -> inputIsTerminal);
    }

    Result chat(String... arguments) {
        return run(new ChatCommand(surroundings()), arguments);
    }

    Result doctor(String... arguments) {
        return run(new DoctorCommand(surroundings(), 25), arguments);
    }

    /** The program as it is started, in the surroundings of this process. */
    Result caravan(String... arguments) {
        return execute(Caravan.commandLine(), arguments);
    }

    Result mlx(String... arguments) {
        return run(new MlxCommand(surroundings()), arguments);
    }

    Result bench(String... arguments) {
        return run(new BenchCommand(surroundings()), arguments);
    }

    /** What the command has written to standard output until now. */
    String outSoFar() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private Result run(Object command, String... arguments) {
        return execute(new CommandLine(command), arguments);
    }

    private Result execute(CommandLine commandLine, String... arguments) {
        int exit = commandLine.setOut(writer(out)).setErr(writer(err)).execute(arguments);
        return new Result(exit, outSoFar(), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintWriter writer(ByteArrayOutputStream bytes) {
        return new PrintWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), true);
    }
}
