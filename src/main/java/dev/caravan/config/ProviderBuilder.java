package dev.caravan.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Makes a provider without a {@code caravan.yaml}, for the kamelets in routes of other projects. In YAML it is the
 * {@code builderClass} of a bean of type {@link Provider}. Not thread-safe.
 */
public final class ProviderBuilder {

    private static final Set<String> OF_THE_SERVER = Set.of(ConfigLoader.HOST_VARIABLE, ConfigLoader.PORT_VARIABLE,
            ConfigLoader.FILE_VARIABLE);
    private static final String HEADING = "providers:\n  %s:\n";
    private static final int INDENT = 4;

    private final Environment environment;
    private String name = "provider";
    private String settings = "";

    /** Reads {@code ${NAME}} in the settings from the environment of this process. */
    public ProviderBuilder() {
        this(Environment.ofProcess());
    }

    ProviderBuilder(Environment environment) {
        this.environment = environment;
    }

    /** The provider's name in errors and logs: lower-case letters, digits and {@code -}. */
    public void setName(String name) {
        this.name = name;
    }

    /** YAML: what stands below a provider's name in {@code caravan.yaml}, {@code dialect} and so on. */
    public void setSettings(String settings) {
        this.settings = settings;
    }

    /**
     * The provider.
     *
     * @throws ConfigException with every mistake in the settings, by their own lines
     */
    public Provider build() {
        Path file = Path.of("provider " + name);
        String document = HEADING.formatted(name) + settings.indent(INDENT);
        Provider provider;
        try {
            provider = new ConfigLoader(this::variable, Path.of("")).parse(file, document).providers().get(name);
        } catch (ConfigException e) {
            throw new ConfigException(e.problems().stream().map(ProviderBuilder::inSettings).toList());
        }
        if (provider instanceof UnavailableProvider unavailable) {
            throw new ConfigException(List.of(new Problem(file.toString(), 0, 0, "", unavailable.reason())));
        }
        return provider;
    }

    private String variable(String variable) {
        return OF_THE_SERVER.contains(variable) ? null : environment.lookup(variable);
    }

    /** Where the problem is in the settings; nowhere, when it is in what was put before them. */
    private static Problem inSettings(Problem problem) {
        int line = problem.line() - (int) HEADING.lines().count();
        boolean within = line > 0;
        return new Problem(problem.file(), within ? line : 0, within ? problem.column() - INDENT : 0, problem.path(),
                problem.message());
    }
}
