package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.ModelRule;
import dev.caravan.exec.WorkerFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Whether the command of an exec provider can be started, and answers. */
final class ExecProviderCheck {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int LONGEST_QUOTE = 300;

    private final CaravanConfig config;
    private final ExecProvider provider;
    private final Map<String, String> variables;
    private final Duration limit;
    private final Consumer<String> progress;

    /**
     * @param variables the environment variables of this process
     */
    ExecProviderCheck(CaravanConfig config, ExecProvider provider, Map<String, String> variables) {
        this(config, provider, variables, LIMIT, message -> {});
    }

    /**
     * @param limit how long a trial may take
     */
    ExecProviderCheck(CaravanConfig config, ExecProvider provider, Map<String, String> variables, Duration limit) {
        this(config, provider, variables, limit, message -> {});
    }

    /**
     * @param progress takes lines that tell how far a process is that loads
     */
    ExecProviderCheck(CaravanConfig config, ExecProvider provider, Map<String, String> variables,
            Consumer<String> progress) {
        this(config, provider, variables, LIMIT, progress);
    }

    private ExecProviderCheck(CaravanConfig config, ExecProvider provider, Map<String, String> variables,
            Duration limit, Consumer<String> progress) {
        this.progress = progress;
        this.config = config;
        this.provider = provider;
        this.variables = variables;
        // One that is kept may take its time to load.
        this.limit = provider.workers().map(workers -> workers.start().plus(limit)).orElse(limit);
    }

    Finding run() throws InterruptedException {
        String who = provider.name() + ": ";
        String command = "providers." + provider.name() + ".command";
        Optional<String> fault = ProgramLookup.fault(provider.command().getFirst(), provider.workingDirectory(),
                variables.getOrDefault("PATH", ""));
        if (fault.isPresent()) {
            return Finding.problem(who + quote(fault.get()), "check " + command + ", or install the program");
        }
        CompletableFuture<Void> timeUp = new CompletableFuture<Void>().completeOnTimeout(null, limit.toMillis(),
                TimeUnit.MILLISECONDS);
        return switch (new ExecTrial(provider, model(), timeUp, message -> progress.accept(who + quote(message)),
                ExecTrial.Question.SHORTEST).run()) {
            case ExecTrial.Outcome.Answered answered -> Finding.ok(who + "a trial answered, its first output after "
                    + seconds(answered.first()));
            case ExecTrial.Outcome.Kept kept -> Finding.ok(who + "a trial was ready after " + seconds(kept.load())
                    + facts(kept)
                    + " and answered, its first output after " + seconds(kept.first()));
            case ExecTrial.Outcome.Empty empty -> Finding.warning(who + "a trial ended without a word",
                    "check that the program writes lines of JSON to standard output, see docs/exec-protocol.md");
            case ExecTrial.Outcome.Unfinished unfinished when unfinished.alive() -> Finding.warning(
                    who + "a trial was at work, but had not answered when it was killed after " + seconds(limit),
                    "a model that loads for long is fine as long as it writes something within timeouts.idle");
            case ExecTrial.Outcome.Unfinished unfinished -> Finding.problem(
                    who + "a trial wrote nothing for " + seconds(limit) + " and was killed",
                    "check that the program reads one line and flushes what it writes, see docs/exec-protocol.md");
            case ExecTrial.Outcome.Refused refused -> Finding.problem(
                    who + "a trial failed: line " + refused.line() + " of its output is an error: "
                            + quote(refused.message()),
                    "run " + command + " by hand; docs/exec-protocol.md says what it reads and writes");
            case ExecTrial.Outcome.Failed failed -> Finding.problem(who + "a trial failed: " + quote(failed.how())
                    + (failed.lastWords().isBlank() ? "" : "; its last words: " + quote(failed.lastWords())),
                    "run " + command + " by hand; docs/exec-protocol.md says what it reads and writes");
        };
    }

    /** What a process has said of itself and its model, in brackets. */
    private String facts(ExecTrial.Outcome.Kept kept) {
        WorkerFacts facts = WorkerFacts.of(kept.facts());
        List<String> told = new ArrayList<>();
        if (!kept.version().isBlank()) {
            told.add(quote(kept.version()));
        }
        facts.contextLength()
                .ifPresent(tokens -> told.add(String.format(Locale.ROOT, "context of %,d tokens", tokens)));
        facts.tools().ifPresent(can -> told.add(can ? "calls tools" : "calls no tools"));
        facts.thinking().ifPresent(does -> told.add(does ? "can think" : "does not think"));
        return told.isEmpty() ? "" : " (" + String.join(", ", told) + ")";
    }

    /** A model that requests would ask this provider for. */
    private String model() {
        return config.models().stream().filter(rule -> rule.provider().equals(provider.name())).findFirst()
                .map(ExecProviderCheck::example)
                .or(() -> provider.models().stream().map(model -> model.id()).findFirst()).orElse("default");
    }

    private static String example(ModelRule rule) {
        return rule.modelFor(rule.isExact() ? rule.match() : ModelChoice.USUAL);
    }

    private String quote(String foreign) {
        return TerminalText.line(new Redaction(config, variables).redact(foreign), LONGEST_QUOTE);
    }

    private static String seconds(Duration duration) {
        return "%d.%d s".formatted(duration.toSeconds(), duration.toMillisPart() / 100);
    }
}
