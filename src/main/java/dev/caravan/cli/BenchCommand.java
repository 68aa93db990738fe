package dev.caravan.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code caravan bench}: {@code bench/run} of the project, with all arguments, input and output, and its exit code. */
@Command(name = "bench", description = {"Runs the benchmarks (bench/run).",
        "All arguments go there: caravan bench --help tells which there are."}, customSynopsis = "caravan bench [ARGUMENT...]")
final class BenchCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;

    BenchCommand() {
        this(Surroundings.ofProcess());
    }

    BenchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Optional<Path> script = surroundings.home().map(home -> home.resolve("bench").resolve("run"));
        if (script.isEmpty()) {
            err.println("caravan: bench needs the project's directory; run ./caravan bench there");
            return FAILED;
        }
        if (!Files.isExecutable(script.get())) {
            err.println("caravan: " + script.get() + " is not there; the benchmarks come with the project's sources");
            return FAILED;
        }
        List<String> command = new ArrayList<>();
        command.add(script.get().toString());
        command.addAll(arguments);
        try {
            Process bench = new ProcessBuilder(command).inheritIO().start();
            AtExit atExit = AtExit.close(bench::destroy);
            int exit = bench.waitFor();
            atExit.cancel();
            return exit;
        } catch (IOException e) {
            err.println("caravan: " + script.get() + " cannot be started: " + e.getMessage());
            return FAILED;
        }
    }
}
