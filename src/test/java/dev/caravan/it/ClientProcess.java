package dev.caravan.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client program, run to its end. */
final class ClientProcess {
    private static final long PATIENCE_SECONDS = 100;

    /** What it left: its exit code and all that it wrote. */
    record Result(int exitCode, String out, String err) {}

    private ClientProcess() {}

    /**
     * Runs a program with an empty standard input. Whatever it has started ends with it.
     *
     * @param directory   the program's working directory
     * @param scratch     a directory for its output, its home and its temporary files
     * @param environment its variables, beside those for these directories and PATH
     */
    static Result run(Path directory, Path scratch, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(scratch, "client", ".out");
        Path err = Files.createTempFile(scratch, "client", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        builder.environment().put("HOME", Files.createDirectories(scratch.resolve("home")).toString());
        builder.environment().put("TMPDIR", scratch.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + PATIENCE_SECONDS + " s: " + command + "\n"
                        + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
