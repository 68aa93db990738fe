package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.mlx.Accelerator;
import dev.caravan.mlx.Machine;
import dev.caravan.mlx.Python;
import dev.caravan.mlx.SetupFailure;
import dev.caravan.mlx.Worker;
import dev.caravan.mlx.WorkerEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code caravan mlx MODEL}: installs what a local MLX model needs, tries it, and writes its provider into {@code caravan.yaml}.
 * What it did goes to standard output, how far it is to standard error. Exit code 0 when the model answers, 1 when something cannot
 * be had, 2 for a mistake in the arguments or the configuration.
 */
@Command(name = "mlx", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = {
        "Sets up a model that runs on this machine with MLX: on a Mac's GPU, or on Linux.",
        "Installs mlx-lm for Caravan alone, loads the model, and adds it to caravan.yaml. See docs/mlx.md."})
final class MlxCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MISTAKEN = 2;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A directory with a model for MLX, or its name on the Hugging Face hub.")
    private String model;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "-- OPTION", description = "Options of the worker, behind --, "
            + "such as --max-context 32768.")
    private List<String> options = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "The provider's name. Default: made of the model's.")
    private String name;

    @Option(names = "--claude", description = "Also have it answer for every claude-* model, by a rule before the others.")
    private boolean claude;

    @Option(names = "--print", description = "Print the provider instead of writing it.")
    private boolean print;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--venv", paramLabel = "DIR", description = "The virtual environment to use, or to make. "
            + "Default: one for each version of mlx-lm in ~/.caravan/mlx, or in $XDG_DATA_HOME/caravan/mlx.")
    private Path venv;

    @Option(names = "--python", paramLabel = "FILE", description = "The Python, 3.10 or newer, to make the environment with. "
            + "Default: the first one that is fit.")
    private Path python;

    @ArgGroup(exclusive = true)
    private Processor processor = new Processor();

    /** What Linux computes with. */
    static final class Processor {
        @Option(names = "--cuda", paramLabel = "VERSION", description = "On Linux, compute with CUDA 12 or 13. "
                + "Default: what nvidia-smi says.")
        private Integer cuda;

        @Option(names = "--cpu", description = "On Linux, compute with the processor.")
        private boolean cpu;
    }

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;

    MlxCommand() {
        this(Surroundings.ofProcess());
    }

    MlxCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return setUp();
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return MISTAKEN;
        } catch (CommandFailure | SetupFailure e) {
            err.println("caravan: " + TerminalText.visible(e.getMessage()));
            return FAILED;
        } catch (IOException e) {
            err.println("caravan: " + FileFailure.text(e));
            return FAILED;
        } finally {
            err.flush();
        }
    }

    private int setUp() throws IOException, InterruptedException, CommandFailure, SetupFailure {
        Machine machine = Machine.here(surroundings.variables());
        WorkerEnvironment environment = environment(machine);
        MlxModel wanted = MlxModel.of(model, surroundings.directory());
        String called = name == null ? MlxProvider.usualName(wanted.name()) : name;
        MlxProvider provider = new MlxProvider(called, environment.python(), wanted.name(), options);
        ConfigFile file = ConfigFile.read(surroundings.environment(), surroundings.directory());
        MlxTrial trial = new MlxTrial(provider, surroundings);
        trial.check();
        if (!print) {
            file.requireFree(provider);
        }
        wanted.warnOfSize(this::tell);
        if (dryRun) {
            plan(machine, environment, provider, file);
            return 0;
        }
        boolean ready = environment.isReady();
        environment.prepare(() -> Python.find(machine, Optional.ofNullable(python)), this::tell);
        say((ready ? "Environment   " : "Installed     ") + environment.requirement() + " in "
                + environment.directory());
        wanted.download(environment, surroundings.variables());
        MlxTrial.Result result = trial.run(wanted.isLocal(), this::tell);
        say("Loaded        " + result.loading());
        say("Answered      " + result.answering());
        deliver(provider, file, result.context());
        return 0;
    }

    private WorkerEnvironment environment(Machine machine) throws SetupFailure, InterruptedException, CommandFailure {
        Accelerator accelerator = machine.accelerator();
        if (accelerator != Accelerator.METAL) {
            accelerator = processor.cpu ? Accelerator.CPU : processor.cuda == null ? accelerator : cuda(processor.cuda);
        } else if (processor.cpu || processor.cuda != null) {
            throw new CommandFailure("--cpu and --cuda are for Linux; a Mac computes with its GPU");
        }
        Worker worker = Worker.own();
        return venv == null
                ? WorkerEnvironment.usual(machine, accelerator, worker)
                : new WorkerEnvironment(absolute(venv), accelerator, worker);
    }

    private static Accelerator cuda(int version) throws CommandFailure {
        return switch (version) {
            case 12 -> Accelerator.CUDA12;
            case 13 -> Accelerator.CUDA13;
            default -> throw new CommandFailure("--cuda: there is an MLX for 12 and for 13");
        };
    }

    private Path absolute(Path path) {
        return surroundings.directory().resolve(path).toAbsolutePath().normalize();
    }

    private void plan(Machine machine, WorkerEnvironment environment, MlxProvider provider, ConfigFile file)
            throws SetupFailure, InterruptedException {
        if (environment.isReady()) {
            say("Would use     " + environment.requirement() + " in " + environment.directory());
        } else {
            Python found = Python.find(machine, Optional.ofNullable(python));
            say("Would install " + environment.requirement() + " in " + environment.directory());
            say("with          Python " + found.version() + ", " + found.program());
        }
        say("Would load    " + provider.model());
        say(print ? "Would print" : "Would write to " + file.file().toAbsolutePath());
        provider.yaml(false, OptionalLong.empty()).forEach(line -> say("  " + line));
        rule().ifPresent(match -> say("  - " + provider.rule(match)));
    }

    private Optional<String> rule() {
        return claude ? Optional.of("claude-*") : Optional.empty();
    }

    private void deliver(MlxProvider provider, ConfigFile file, OptionalLong context) throws IOException {
        if (print) {
            say("");
            print(provider, context);
        } else {
            switch (file.write(provider, context, rule())) {
                case ADDED -> say("Wrote         provider " + provider.name() + " to " + file.file().toAbsolutePath());
                case UPDATED ->
                    say("Updated       provider " + provider.name() + " in " + file.file().toAbsolutePath());
                case UNCHANGED ->
                    say("Unchanged     provider " + provider.name() + " in " + file.file().toAbsolutePath());
                case NOT -> {
                    say("");
                    say(file.file().toAbsolutePath()
                            + " is in a form that is not changed by a program. Put this in by hand:");
                    print(provider, context);
                }
            }
        }
        say("");
        say("Start:        ./caravan serve");
        say("Try:          ./caravan chat --model " + provider.reference() + " \"Hello\"");
        say("Claude Code:  " + claudeCode(provider, file.config()));
    }

    private void print(MlxProvider provider, OptionalLong context) {
        say("providers:");
        provider.yaml(false, context).forEach(line -> say("  " + line));
        rule().ifPresent(match -> {
            say("models:");
            say("  - " + provider.rule(match));
        });
    }

    private String claudeCode(MlxProvider provider, Optional<CaravanConfig> config) {
        String url = config.flatMap(read -> GatewayUrl.of(read.server())).map(Object::toString)
                .orElse("http://127.0.0.1:7777");
        String key = config.filter(read -> !read.keys().isEmpty()).map(read -> "<your key>").orElse("any");
        String models = claude
                ? ""
                : List.of("ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL").stream()
                        .map(variable -> variable + "=" + provider.reference() + " ").collect(Collectors.joining());
        return String.format(Locale.ROOT, "ANTHROPIC_BASE_URL=%s ANTHROPIC_AUTH_TOKEN=%s %sclaude", url, key, models);
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(TerminalText.visible(line));
        out.flush();
    }

    private void tell(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(TerminalText.visible(line));
        err.flush();
    }
}
