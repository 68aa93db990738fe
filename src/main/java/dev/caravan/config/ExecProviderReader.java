package dev.caravan.config;

import dev.caravan.config.ExecProvider.ExecTimeouts;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads the providers that are processes. */
final class ExecProviderReader {

    static final List<String> KEYS = List.of("dialect", "command", "working-directory", "environment",
            "max-line", "max-processes", "timeouts", "models", MediaFetchReader.KEY, WorkersReader.KEY);
    private static final List<String> TIMEOUTS_KEYS = List.of("idle", "total");
    private static final long DEFAULT_MAX_LINE = 1L << 20;
    private static final long MOST_MAX_LINE = 256L << 20;
    private static final int MOST_PROCESSES = 1000;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Timeouts defaults;
    private final CommandPlaceholders placeholders;
    private final Path directory;
    private final WorkersReader workersReader;

    /**
     * @param defaults     what a provider that does not say otherwise gets
     * @param installation what a command may name of the running Caravan
     * @param directory    where relative paths begin
     * @param memoryBudget how many bytes all kept processes may need together; empty for no limit
     */
    ExecProviderReader(Timeouts defaults, Installation installation, Path directory, OptionalLong memoryBudget) {
        this.workersReader = new WorkersReader(memoryBudget);
        this.defaults = defaults;
        this.placeholders = new CommandPlaceholders(installation);
        this.directory = directory;
    }

    Optional<ExecProvider> read(String name, ConfigMap map, List<ProviderModel> models) {
        map.allowOnly(KEYS);
        List<String> command = map
                .required("command", "expected the program and its arguments, [\"program\", \"--option\"]")
                .map(ConfigNode::asSecret)
                .map(this::command).orElse(List.of());
        Path workingDirectory = map.get("working-directory").flatMap(this::directory).orElse(directory);
        Map<String, Secret> environment = map.get("environment").map(ConfigNode::asSecret)
                .flatMap(node -> node.mapping("a mapping of variable names to values"))
                .map(ExecProviderReader::environment).orElse(Map.of());
        long maxLine = map.get("max-line").flatMap(node -> node.size(MOST_MAX_LINE)).orElse(DEFAULT_MAX_LINE);
        int maxProcesses = map.get("max-processes").flatMap(node -> node.integer(1, MOST_PROCESSES))
                .orElseGet(() -> 2 * Runtime.getRuntime().availableProcessors());
        ExecTimeouts timeouts = timeouts(map.get("timeouts"));
        Optional<WorkerSettings> workers = map.get(WorkersReader.KEY).map(workersReader::read);
        map.get("max-processes").filter(node -> workers.isPresent()).ifPresent(
                node -> node.problem("max-processes is for one process a request; with workers it is workers.max"));
        return Optional.of(new ExecProvider(name, command, workingDirectory, environment, Math.toIntExact(maxLine),
                maxProcesses, timeouts, models, MediaFetchReader.read(map), workers));
    }

    private List<String> command(ConfigNode node) {
        if (node.isEmptyList()) {
            node.expected("a list of the program and its arguments");
        }
        List<String> command = new ArrayList<>();
        for (ConfigNode item : node.list("a list of the program and its arguments, each a text of its own")) {
            item.scalar("an argument as text", literal -> placeholders.replace(literal, item)).ifPresent(command::add);
        }
        if (!command.isEmpty() && command.getFirst().isBlank()) {
            node.problem("expected a program as the first text, found an empty one");
        }
        return command;
    }

    private Optional<Path> directory(ConfigNode node) {
        return node.text("a directory").flatMap(text -> {
            try {
                Path path = directory.resolve(text).normalize();
                if (Files.isDirectory(path)) {
                    return Optional.of(path);
                }
                node.problem("there is no directory " + node.shown(path.toString()));
            } catch (InvalidPathException e) {
                node.expected("the name of a directory");
            }
            return Optional.empty();
        });
    }

    private static Map<String, Secret> environment(ConfigMap entries) {
        Map<String, Secret> environment = new LinkedHashMap<>();
        entries.entries().forEach((name, node) -> {
            if (!VARIABLE.matcher(name).matches()) {
                entries.keyProblem(name, "expected the name of an environment variable: letters, digits and `_`");
            }
            node.scalar("a variable's value as text", text -> text)
                    .ifPresent(value -> environment.put(name, Secret.of(value)));
        });
        return environment;
    }

    private ExecTimeouts timeouts(Optional<ConfigNode> section) {
        Optional<ConfigMap> timeouts = section.flatMap(node -> node.mapping("a mapping of idle and total",
                TIMEOUTS_KEYS));
        Duration idle = timeouts.flatMap(map -> map.get("idle")).flatMap(ConfigNode::duration).orElse(defaults.idle());
        return new ExecTimeouts(idle, timeouts.flatMap(map -> map.get("total")).flatMap(ConfigNode::duration));
    }
}
