package dev.caravan.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A provider that is a process a request, or processes that are kept.
 *
 * @param name             its name
 * @param command          the program and its arguments, at least one text; no shell reads them. Not shown in logs:
 *                         an argument may come of the environment
 * @param workingDirectory the directory that the process runs in, absolute
 * @param environment      variables added to Caravan's own for the process; secret, since some are credentials
 * @param maxLineBytes     the longest line of its output, in bytes
 * @param maxProcesses     the most processes at a time where each answers one request
 * @param timeouts         how long to wait for it
 * @param models           the models it offers
 * @param mediaFetch       what is fetched for it beforehand; empty for nothing
 * @param workers          how processes are kept; empty for one process a request
 */
public record ExecProvider(String name, List<String> command, Path workingDirectory, Map<String, Secret> environment,
        int maxLineBytes, int maxProcesses, ExecTimeouts timeouts, List<ProviderModel> models,
        Optional<MediaFetch> mediaFetch, Optional<WorkerSettings> workers) implements Provider {

    /** A provider of one process a request, for which nothing is fetched. */
    public ExecProvider(String name, List<String> command, Path workingDirectory, Map<String, Secret> environment,
            int maxLineBytes, int maxProcesses, ExecTimeouts timeouts, List<ProviderModel> models) {
        this(name, command, workingDirectory, environment, maxLineBytes, maxProcesses, timeouts, models,
                Optional.empty(), Optional.empty());
    }

    public ExecProvider {
        command = List.copyOf(command);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.EXEC;
    }

    /** Without the arguments and the variables' values, which may be secret. */
    @Override
    public String toString() {
        return "ExecProvider[name=" + name + ", program=" + command.getFirst() + ", arguments=" + (command.size() - 1)
                + ", workingDirectory=" + workingDirectory + ", environment=" + environment + ", maxLineBytes="
                + maxLineBytes + ", maxProcesses=" + maxProcesses + ", timeouts=" + timeouts + ", models=" + models
                + ", mediaFetch=" + mediaFetch + ", workers=" + workers + "]";
    }

    /**
     * How long to wait for a process.
     *
     * @param idle  the longest silence of its output; with workers of what it says of a request
     * @param total the longest life of a process, with workers of a request; empty for no limit
     */
    public record ExecTimeouts(Duration idle, Optional<Duration> total) {}
}
