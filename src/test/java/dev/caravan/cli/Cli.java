package dev.caravan.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
    private InputStream inputStream = InputStream.nullInputStream();
    private boolean inputIsTerminal;
    /** The width of the terminal that shows standard error; 0 for none. */
    private int columns;
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
        return input(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    Cli input(InputStream stream) {
        inputStream = stream;
        return this;
    }

    /** Has standard error shown on a terminal of this width. */
    Cli terminal(int width) {
        columns = width;
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
                inputStream, () -> inputIsTerminal,
                new Screen(() -> columns > 0, () -> columns));
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

    Result batch(String... arguments) {
        return run(new BatchCommand(surroundings()), arguments);
    }

    Result dlq(String... arguments) {
        return run(new DlqCommand(surroundings()), arguments);
    }

    Result queue(String... arguments) {
        return run(new QueueCommand(surroundings()), arguments);
    }

    Result bench(String... arguments) {
        return run(new BenchCommand(surroundings()), arguments);
    }

    /** What the command has written to standard output until now. */
    String outSoFar() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** What the command has written to standard error until now. */
    String errSoFar() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Result run(Object command, String... arguments) {
        return execute(new CommandLine(command), arguments);
    }

    private Result execute(CommandLine commandLine, String... arguments) {
        int exit = commandLine.setOut(writer(out)).setErr(writer(err)).execute(arguments);
        return new Result(exit, outSoFar(), errSoFar());
    }

    private static PrintWriter writer(ByteArrayOutputStream bytes) {
        return new PrintWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), true);
    }
}
