package dev.caravan.mlx;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A program that has run to its end.
 *
 * @param exitCode its exit code
 * @param lines what it has written, errors included
 */
record Run(int exitCode, List<String> lines) {
    Run {
        lines = List.copyOf(lines);
    }

    static Run of(List<String> command) throws IOException, InterruptedException {
        return of(command, line -> {});
    }

    /**
     * Runs a program without any input. It is killed when the Java machine ends, or the thread is interrupted.
     *
     * @param each takes each line as it comes
     * @throws IOException when it cannot be started
     */
    static Run of(List<String> command, Consumer<String> each) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().put("PYTHONUTF8", "1");
        Process process = builder.start();
        Thread atEnd = new Thread(() -> kill(process), "caravan-mlx-exit");
        Runtime.getRuntime().addShutdownHook(atEnd);
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            List<String> lines = new ArrayList<>();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                each.accept(line);
            }
            return new Run(process.waitFor(), lines);
        } finally {
            kill(process);
            forget(atEnd);
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The machine is ending, and the hook at work.
        }
    }

    boolean ok() {
        return exitCode == 0;
    }

    String text() {
        return String.join("\n", lines);
    }
}
