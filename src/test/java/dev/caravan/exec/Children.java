package dev.caravan.exec;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
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

    /** A command without limits that matter. */
    public static CommandSpec spec(Path directory, List<String> command) {
        return spec(directory, command, 100);
    }

    public static CommandSpec spec(Path directory, List<String> command, int maxProcesses) {
        return new CommandSpec("demo", command, directory, Map.of(), NEVER, Optional.empty(), maxProcesses);
    }

    public static CommandSpec spec(Path directory, List<String> command, Duration idle, Duration total) {
        return new CommandSpec("demo", command, directory, Map.of(), idle, Optional.of(total), 100);
    }

    static ExecCommand command(CommandSpec spec, InputStream input) {
        long timeout = spec.totalTimeout().map(Duration::toMillis).orElse(ExecEndpoint.NO_TIMEOUT);
        return new ExecCommand(spec.program(), spec.command().subList(1, spec.command().size()),
                spec.workingDirectory().toString(), timeout, Set.of(), input, null, false, LoggingLevel.DEBUG);
    }

    /** Starts a process of the executor with this on its stdin. */
    static ProcessOutput run(StreamingCommandExecutor executor, CommandSpec spec, String input) {
        byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
        return (ProcessOutput) executor.execute(command(spec, new ByteArrayInputStream(bytes))).getStdout();
    }

    /** Starts a process of an executor of its own. */
    static ProcessOutput run(CommandSpec spec, String input) {
        return run(new StreamingCommandExecutor(spec), spec, input);
    }

    /** Waits for what must come, however loaded the machine is. */
    public static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    static BufferedReader lines(InputStream output) {
        return new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8));
    }
}
