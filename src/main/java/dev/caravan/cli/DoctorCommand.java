package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code caravan doctor}: looks at everything that has to be right and says what to do about what is not. Exit code 0 when nothing
 * is wrong, 1 otherwise; a warning ({@code !}) is not wrong. It never shows a key.
 */
@Command(name = "doctor", mixinStandardHelpOptions = true, versionProvider = Version.class, description = {
        "Checks Java, the configuration, the address and every provider, and says what to do.",
        "HTTP providers are asked for their models, which costs nothing; the command of an exec provider is run once."})
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--offline", description = "Ask no HTTP provider.")
    private boolean offline;

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;
    private final int javaFeature;

    DoctorCommand() {
        this(Surroundings.ofProcess(), Runtime.version().feature());
    }

    /**
     * @param javaFeature the feature release of the running Java, such as 21
     */
    DoctorCommand(Surroundings surroundings, int javaFeature) {
        this.surroundings = surroundings;
        this.javaFeature = javaFeature;
    }

    @Override
    public Integer call() throws InterruptedException {
        DoctorReport report = new DoctorReport(spec.commandLine().getOut());
        report.section("Java");
        report.add(JavaCheck.of(javaFeature));
        report.section("Configuration");
        try {
            CaravanConfig config = CaravanConfig.load(surroundings.environment(), surroundings.directory());
            report.add(Finding.ok(summary(config)));
            check(config, report);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> report.add(Finding.problem(problem.toString())));
        }
        report.end();
        return report.hasProblems() ? 1 : 0;
    }

    private void check(CaravanConfig config, DoctorReport report) throws InterruptedException {
        List<CompletableFuture<List<Finding>>> providers = new ProviderChecks(config, surroundings.variables(), offline,
                this::tell).start();
        report.add(RulesCheck.of(config));
        report.section("Address");
        report.add(AddressCheck.of(config.server()));
        report.section("Providers");
        providers.forEach(findings -> report.add(findings.join()));
    }

    /** Apart from the report, which is what others may read. */
    private void tell(String progress) {
        spec.commandLine().getErr().println(progress);
        spec.commandLine().getErr().flush();
    }

    private static String summary(CaravanConfig config) {
        int keys = config.keys().size();
        String clients = switch (keys) {
            case 0 -> "open to this machine";
            case 1 -> "1 client key";
            default -> keys + " client keys";
        };
        return config.source().describe() + ": " + clients;
    }
}
