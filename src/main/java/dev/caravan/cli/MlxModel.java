package dev.caravan.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.caravan.mlx.WorkerEnvironment;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The model that is wanted.
 *
 * @param name a directory, absolute, or a name on the hub
 * @param isLocal whether it is a directory
 */
record MlxModel(String name, boolean isLocal) {
    /** What mlx-lm reads of a model; a repository may hold it in other forms as well, as large again. */
    private static final List<String> FILES = List.of("*.json", "model*.safetensors", "*.py", "tokenizer.model",
            "*.tiktoken", "tiktoken.model", "*.txt", "*.jsonl", "*.jinja");
    /** The part of the memory that a model may have; macOS itself lets the GPU have about three quarters. */
    private static final double USABLE = 0.75;
    private static final double GIGA = 1e9;

    /**
     * What somebody calls a model.
     *
     * @throws CommandFailure when it is neither a directory with a model nor a name that the hub could have
     */
    static MlxModel of(String text, Path directory) throws CommandFailure {
        Path path = directory.resolve(text);
        if (Files.isDirectory(path)) {
            Path absolute = path.toAbsolutePath().normalize();
            if (!Files.isRegularFile(absolute.resolve("config.json"))) {
                throw new CommandFailure(absolute + " is no model: it has no config.json");
            }
            return new MlxModel(absolute.toString(), true);
        }
        if (!text.matches("[\\w-][\\w.-]*/[\\w.-]+")) {
            throw new CommandFailure("there is no directory " + path.toAbsolutePath().normalize()
                    + ", and a name on the hub has two parts, such as mlx-community/Qwen3-8B-4bit");
        }
        return new MlxModel(text, false);
    }

    /** Says so when it does not fit into the memory. */
    void warnOfSize(Consumer<String> progress) throws IOException {
        if (!isLocal) {
            return;
        }
        long weights = 0;
        try (Stream<Path> files = Files.list(Path.of(name))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
                weights += Files.size(file);
            }
        }
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        if (weights > memory * USABLE) {
            progress.accept(String.format(Locale.ROOT,
                    "warning: the weights take %.1f GB, and this machine has %.1f GB of memory", weights / GIGA,
                    memory / GIGA));
        }
    }

    /**
     * Has the hub's own tool fetch it, which shows how far it is and goes on where it was interrupted. It failing says nothing yet:
     * the worker finds what is there already without a network, and can tell why it cannot.
     */
    void download(WorkerEnvironment environment, Map<String, String> variables) throws InterruptedException {
        Path tool = environment.python().resolveSibling("hf");
        if (isLocal || "1".equals(variables.get("HF_HUB_OFFLINE")) || !Files.isExecutable(tool)) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(tool.toString(), "download", name));
        FILES.forEach(pattern -> command.addAll(List.of("--include", pattern)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            Process process = builder.start();
            AtExit atExit = AtExit.close(process::destroy);
            process.waitFor();
            atExit.cancel();
        } catch (IOException e) {
            // The worker fetches it then, only more quietly.
        }
    }
}
