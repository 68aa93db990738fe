package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.ExecProvider.ExecTimeouts;
import dev.caravan.config.Secret;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecEndpoint;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Commands for tests: POSIX shell scripts, and what starts them. */
public final class Children {
    /** Longer than any test. */
    public static final Duration NEVER = Duration.ofMinutes(10);

    private Children() {}

    /** The command that runs a script with arguments, which it has as {@code $1} and so on. */
    public static List<String> script(Path directory, String text, Object... arguments) throws IOException {
        Path file = Files.createTempFile(directory, "script", ".sh");
        Files.writeString(file, text);
        List<String> command = new ArrayList<>(List.of("sh", file.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    /** A provider without limits that matter. */
    public static ExecProvider provider(Path directory, List<String> command) {
        return provider(directory, command, 100);
    }

    public static ExecProvider provider(Path directory, List<String> command, int maxProcesses) {
        return provider(directory, command, maxProcesses, new ExecTimeouts(NEVER, Optional.empty()), Map.of());
    }

    public static ExecProvider provider(Path directory, List<String> command, Duration idle, Duration total) {
        return provider(directory, command, 100, new ExecTimeouts(idle, Optional.of(total)), Map.of());
    }

    static ExecProvider provider(Path directory, List<String> command, int maxProcesses, ExecTimeouts timeouts,
            Map<String, Secret> environment) {
        return new ExecProvider("demo", command, directory, environment, 1024 * 1024, maxProcesses, timeouts,
                List.of());
    }

    /** Starts a process of the executor with this on its stdin. */
    static ProcessOutput run(StreamingCommandExecutor executor, ExecProvider provider, String input) {
        long timeout = provider.timeouts().total().map(Duration::toMillis).orElse(ExecEndpoint.NO_TIMEOUT);
        List<String> command = provider.command();
        InputStream stdin = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        ExecCommand started = new ExecCommand(command.getFirst(), command.subList(1, command.size()),
                provider.workingDirectory().toString(), timeout, Set.of(), stdin, null, false, LoggingLevel.OFF);
        return (ProcessOutput) executor.execute(started).getStdout();
    }

    /** Starts a process of an executor of its own. */
    static ProcessOutput run(ExecProvider provider, String input) {
        return run(new StreamingCommandExecutor(provider), provider, input);
    }

    /** Waits for what must come, however loaded the machine is. */
    public static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    static BufferedReader lines(InputStream output) {
        return new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8));
    }

    /** Whether there is a program of that name. */
    static boolean installed(String program) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
