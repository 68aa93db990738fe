package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Checks all providers: those over HTTP at the same time, those that are processes one after another, since each may be large. */
final class ProviderChecks {
    /** Beyond the time-outs of the checks themselves: looking up a name may take any time. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final CaravanConfig config;
    private final Map<String, String> variables;
    private final boolean offline;
    private final Consumer<String> progress;

    /**
     * @param variables the environment variables of this process
     * @param offline whether HTTP providers are not asked
     * @param progress takes lines that tell how far a check is that takes its time
     */
    ProviderChecks(CaravanConfig config, Map<String, String> variables, boolean offline, Consumer<String> progress) {
        this.progress = progress;
        this.config = config;
        this.variables = variables;
        this.offline = offline;
    }

    /** Starts the checks; the findings come for each provider in the order of the configuration, and all come. */
    List<CompletableFuture<List<Finding>>> start() {
        Map<String, CompletableFuture<List<Finding>>> checks = new LinkedHashMap<>();
        List<ExecProvider> processes = new ArrayList<>();
        for (Provider provider : config.providers().values()) {
            checks.put(provider.name(), switch (provider) {
                case HttpProvider http -> overHttp(http);
                case ExecProvider exec -> {
                    processes.add(exec);
                    yield new CompletableFuture<>();
                }
                case UnavailableProvider unavailable -> CompletableFuture.completedFuture(List.of(Finding.warning(
                        unavailable.name() + " is not in use: " + unavailable.reason(),
                        "set " + String.join(" and ", unavailable.missingVariables()) + " to use it")));
            });
        }
        Thread.startVirtualThread(() -> processes
                .forEach(exec -> complete(checks.get(exec.name()), exec.name(), () -> process(exec))));
        return List.copyOf(checks.values());
    }

    private CompletableFuture<List<Finding>> overHttp(HttpProvider http) {
        if (offline) {
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok(http.name() + " is configured; not asked (--offline)"));
            findings.addAll(TargetsCheck.of(config, http, Optional.empty()));
            return CompletableFuture.completedFuture(findings);
        }
        CompletableFuture<List<Finding>> check = new CompletableFuture<>();
        Thread.startVirtualThread(() -> complete(check, http.name(), () -> {
            HttpProviderCheck.Result result = new HttpProviderCheck(http).run();
            List<Finding> findings = new ArrayList<>();
            findings.add(result.finding());
            findings.addAll(TargetsCheck.of(config, http, result.models()));
            return findings;
        }));
        return check.completeOnTimeout(List.of(Finding.problem(
                http.name() + " did not answer within " + LONGEST.toSeconds() + " s",
                "check that this machine can look up names, and its network")), LONGEST.toSeconds(), TimeUnit.SECONDS);
    }

    private List<Finding> process(ExecProvider exec) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        findings.add(new ExecProviderCheck(config, exec, variables, progress).run());
        new MlxWorkerCheck(config, variables).of(exec).ifPresent(findings::add);
        findings.addAll(TargetsCheck.of(config, exec, Optional.empty()));
        return findings;
    }

    /** A check that breaks is a finding, too, and tells no message, which might hold anything. */
    private static void complete(CompletableFuture<List<Finding>> check, String name, Callable<List<Finding>> work) {
        try {
            check.complete(work.call());
        } catch (Exception e) {
            check.complete(
                    List.of(Finding.problem(name + ": the check itself failed, with " + e.getClass().getName())));
        } finally {
            // An error that is no exception must not leave the report waiting.
            check.complete(List.of(Finding.problem(name + ": the check itself failed")));
        }
    }
}
