package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.config.ConfigLoader;
import dev.caravan.config.Environment;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.mlx.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The {@code caravan.yaml} that a provider of the MLX worker is written to. */
final class ConfigFile {
    private static final String HEAD = """
        # docs/configuration.md shows all keys by example.

        providers:
        """;

    private final Path file;
    private final Environment environment;
    private final Optional<String> text;
    private final Optional<CaravanConfig> config;

    private ConfigFile(Path file, Environment environment, Optional<String> text) {
        this.file = file;
        this.environment = environment;
        this.text = text;
        this.config = text.map(this::parse);
    }

    /** What became of the file. */
    enum Written {
        /** The provider is in it now. */
        ADDED,
        /** It was in it, with the Python of another environment. */
        UPDATED,
        /** It was in it as it is. */
        UNCHANGED,
        /** The file is in a form in which nothing can be put in safely. */
        NOT
    }

    /**
     * Reads it, if it is there.
     *
     * @throws ConfigException when there are mistakes in it
     */
    static ConfigFile read(Environment environment, Path directory) throws IOException {
        Path file = directory.resolve(environment.get(ConfigLoader.FILE_VARIABLE).orElse(ConfigLoader.FILE_NAME));
        return new ConfigFile(file, environment,
                Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty());
    }

    private CaravanConfig parse(String yaml) {
        // As the loader does with a byte order mark.
        return new ConfigLoader(environment, Path.of("")).parse(file,
                yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml);
    }

    Path file() {
        return file;
    }

    /** What it says now; empty when it is not there. */
    Optional<CaravanConfig> config() {
        return config;
    }

    /**
     * Fails when the name of a provider is taken by something else, or by the same with other options than are asked for.
     *
     * @throws CommandFailure then
     */
    void requireFree(MlxProvider provider) throws CommandFailure {
        Optional<Provider> there = there(provider);
        if (there.isEmpty()) {
            return;
        }
        if (!isSame(there.get(), provider)) {
            throw new CommandFailure(
                    file + " has another provider " + provider.name() + " already; name this one with --name");
        }
        List<String> command = ((ExecProvider) there.get()).command();
        List<String> wanted = provider.command();
        if (!provider.options().isEmpty()
                && !command.subList(1, command.size()).equals(wanted.subList(1, wanted.size()))) {
            throw new CommandFailure(file + " has the provider " + provider.name()
                    + " with other options already; change them there, or name this one with --name");
        }
    }

    private Optional<Provider> there(MlxProvider provider) {
        return config.flatMap(read -> read.provider(provider.name()));
    }

    private static boolean isSame(Provider there, MlxProvider wanted) {
        if (!(there instanceof ExecProvider exec) || !exec.command().contains(Worker.MODULE)) {
            return false;
        }
        int model = exec.command().indexOf("--model") + 1;
        return model > 0 && model < exec.command().size() && exec.command().get(model).equals(wanted.model());
    }

    /**
     * Puts the provider in, and nothing else; the file is replaced as a whole, and only if it means what is wanted then.
     *
     * @param match a rule to be put before the others; empty for none
     */
    Written write(MlxProvider provider, OptionalLong context, Optional<String> match) throws IOException {
        List<String> lines = provider.yaml(false, context);
        if (text.isEmpty()) {
            replace(HEAD + lines.stream().map(line -> "  " + line + "\n").collect(Collectors.joining())
                    + "\nmodels:\n  - " + provider.rule("*") + "\n");
            return Written.ADDED;
        }
        Optional<Provider> there = there(provider);
        ConfigText before = new ConfigText(text.get());
        Optional<ConfigText> after = there.isEmpty()
                ? before.withProvider(lines)
                : program(there.get()).equals(provider.python().toString())
                        ? Optional.of(before)
                        : before.withProgram(provider.name(), provider.python().toString());
        Optional<String> rule = match.filter(wanted -> !leads(wanted, provider));
        if (rule.isPresent()) {
            after = after.flatMap(changed -> changed.withFirstRule(provider.rule(rule.get())));
        }
        if (after.isEmpty() || !isWanted(after.get().toString(), provider, rule.isPresent())) {
            return Written.NOT;
        }
        if (after.get().toString().equals(text.get())) {
            return Written.UNCHANGED;
        }
        replace(after.get().toString());
        return there.isEmpty() ? Written.ADDED : Written.UPDATED;
    }

    private static String program(Provider provider) {
        return provider instanceof ExecProvider exec ? exec.command().getFirst() : "";
    }

    private boolean leads(String match, MlxProvider provider) {
        List<ModelRule> rules = config.orElseThrow().models();
        return !rules.isEmpty() && rules.getFirst().match().equals(match)
                && rules.getFirst().provider().equals(provider.name());
    }

    private boolean isWanted(String changed, MlxProvider provider, boolean rule) {
        try {
            CaravanConfig was = config.orElseThrow();
            CaravanConfig is = parse(changed);
            Map<String, Provider> others = new LinkedHashMap<>(is.providers());
            Provider added = others.remove(provider.name());
            Map<String, Provider> othersBefore = new LinkedHashMap<>(was.providers());
            othersBefore.remove(provider.name());
            return added instanceof ExecProvider exec && exec.command().getFirst().equals(provider.python().toString())
                    && isSame(exec, provider) && others.equals(othersBefore)
                    && is.models().subList(rule ? 1 : 0, is.models().size()).equals(was.models())
                    && is.server().equals(was.server()) && is.keys().size() == was.keys().size();
        } catch (ConfigException e) {
            return false;
        }
    }

    private void replace(String changed) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, changed);
            return;
        }
        Path real = file.toRealPath();
        Path fresh = Files.createTempFile(real.getParent(), ".caravan", ".yaml");
        try {
            // With the permissions and the owner's attributes of the file.
            Files.copy(real, fresh, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Files.writeString(fresh, changed);
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
