package dev.caravan.mlx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Python and the modules that can be run with it. */
public record PythonTool(String program) {
    private static final long PATIENCE_MINUTES = 20;

    /** What a module printed, errors included, and how it ended. */
    public record Outcome(int exitCode, String output) {}

    public static PythonTool find() {
        String named = System.getProperty("caravan.mlx.python", "");
        Path own = Path.of("target/mlx-venv/bin/python").toAbsolutePath();
        return new PythonTool(!named.isEmpty() ? named : Files.isExecutable(own) ? own.toString() : "python3");
    }

    public boolean has(String module) throws IOException, InterruptedException {
        try {
            return start(Path.of(""), List.of("-c", "import " + module)).exitCode() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    public Outcome run(Path directory, String module, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("-m", module));
        command.addAll(List.of(arguments));
        return start(directory, command);
    }

    /** Runs a file of Python in its own directory. */
    public Outcome runFile(Path file, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(file.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return start(file.toAbsolutePath().getParent(), command);
    }

    private Outcome start(Path directory, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        Path output = Files.createTempFile("caravan-python", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toAbsolutePath().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            // What Python compiles must not end up between the sources, which go into the jar.
            builder.environment().put("PYTHONPYCACHEPREFIX", Path.of("target/pycache").toAbsolutePath().toString());
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(arguments + " did not end within " + PATIENCE_MINUTES + " minutes");
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
