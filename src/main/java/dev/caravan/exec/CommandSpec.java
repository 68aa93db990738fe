package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command as it was configured: the only source of what is run. Immutable.
 *
 * @param name the provider's name, for errors, logs and names of threads
 * @param command the program and its arguments; no shell reads them
 * @param workingDirectory the directory that the process runs in
 * @param environment variables added to Caravan's own for the process; may hold credentials
 * @param idleTimeout how long a reader waits for the next output before the process is killed
 * @param totalTimeout the longest life of a process, empty for no limit
 * @param maxProcesses the most processes at a time
 */
public record CommandSpec(String name, List<String> command, Path workingDirectory, Map<String, String> environment,
        Duration idleTimeout, Optional<Duration> totalTimeout, int maxProcesses) {
    public CommandSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty() || command.get(0).isBlank()) {
            throw new IllegalArgumentException("the command of " + name + " names no program");
        }
        if (!idleTimeout.isPositive() || totalTimeout.isPresent() && !totalTimeout.get().isPositive()) {
            throw new IllegalArgumentException("the time-outs of " + name + " must be longer than nothing");
        }
        if (maxProcesses < 1) {
            throw new IllegalArgumentException("the processes of " + name + " must be at least 1");
        }
    }

    /** What the configuration says of an exec provider. */
    public static CommandSpec of(ExecProvider provider) {
        Map<String, String> environment = new LinkedHashMap<>();
        provider.environment().forEach((name, value) -> environment.put(name, value.reveal()));
        return new CommandSpec(provider.name(), provider.command(), provider.workingDirectory(), environment,
                provider.timeouts().idle(), provider.timeouts().total(), provider.maxProcesses());
    }

    /** The program, the first word of the command. */
    public String program() {
        return command.get(0);
    }

    /** Everything but the values of the environment. */
    @Override
    public String toString() {
        return "CommandSpec[" + name + ", command=" + command + ", workingDirectory=" + workingDirectory
                + ", environment=" + environment.keySet() + ", idleTimeout=" + idleTimeout + ", totalTimeout="
                + totalTimeout + ", maxProcesses=" + maxProcesses + "]";
    }
}
