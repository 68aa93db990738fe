package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import dev.caravan.mlx.InstalledWorker;
import dev.caravan.mlx.Machine;
import dev.caravan.mlx.Worker;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the MLX worker that a provider runs is the one that comes with this Caravan: an upgrade of Caravan does not touch it. */
final class MlxWorkerCheck {
    private static final Pattern PLAIN_WORD = Pattern.compile("[\\w@%+=:,./-]+");

    private final CaravanConfig config;
    private final Map<String, String> variables;

    /** @param variables the environment variables of this process */
    MlxWorkerCheck(CaravanConfig config, Map<String, String> variables) {
        this.config = config;
        this.variables = variables;
    }

    /** A warning for each provider whose worker is another one. */
    List<Finding> all() {
        return config.providers().values().stream().filter(ExecProvider.class::isInstance).map(ExecProvider.class::cast)
                .flatMap(provider -> of(provider).stream()).toList();
    }

    /** A warning when the worker of this provider is another one; empty when it is this Caravan's, or there is none to be found. */
    Optional<Finding> of(ExecProvider provider) {
        List<String> command = provider.command();
        int module = command.indexOf(Worker.MODULE);
        if (module < 1 || !command.get(module - 1).equals("-m")) {
            return Optional.empty();
        }
        try {
            Path python = provider.workingDirectory().resolve(command.getFirst());
            return InstalledWorker.of(python).filter(installed -> !installed.isSameAs(Worker.own()))
                    .map(installed -> warning(provider, installed));
        } catch (InvalidPathException | IllegalStateException e) {
            return Optional.empty(); // no file, or a Caravan that comes without a worker to compare with
        }
    }

    private Finding warning(ExecProvider provider, InstalledWorker installed) {
        Redaction redaction = new Redaction(config, variables);
        return Finding.warning(
                redaction.redact(provider.name() + ": the MLX worker in " + installed.environment()
                        + " is not the one that comes with this Caravan"),
                redaction.redact("update it: " + update(provider, installed)));
    }

    private String update(ExecProvider provider, InstalledWorker installed) {
        List<String> command = provider.command();
        int model = command.indexOf("--model") + 1;
        String usual = installed.environment().startsWith(Machine.here(variables).data())
                ? ""
                : " --venv " + word(installed.environment().toString());
        return "./caravan mlx " + (model > 0 && model < command.size() ? word(command.get(model)) : "MODEL")
                + " --name "
                + provider.name() + usual;
    }

    /** As a shell reads it as one word. */
    private static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
