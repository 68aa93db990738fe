package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.config.ConfigLoader;
import dev.caravan.config.ExecProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Loads the model of a provider, as the gateway would, and has it say something. */
final class MlxTrial {
    private static final ExecTrial.Question QUESTION = new ExecTrial.Question(
            "Tell me in a few sentences what a caravan is.", 64);
    /** A hub may be slow; what loads for longer than this is stuck. */
    private static final Duration LIMIT = Duration.ofHours(6);
    private static final int LONGEST_QUOTE = 500;
    private static final double GIGA = 1e9;
    private static final double MILLIS = 1e3;

    private final MlxProvider provider;
    private final Surroundings surroundings;

    MlxTrial(MlxProvider provider, Surroundings surroundings) {
        this.provider = provider;
        this.surroundings = surroundings;
    }

    /**
     * How it went, in words.
     *
     * @param context the length of the model's context in tokens, when it says so
     */
    record Result(String loading, String answering, OptionalLong context) {}

    /** @throws CommandFailure when there is no such provider in any configuration, for its name */
    void check() throws CommandFailure {
        try {
            configured(false);
        } catch (ConfigException e) {
            throw new CommandFailure("provider " + provider.name() + ": " + e.problems().getFirst().message());
        }
    }

    private ExecProvider configured(boolean online) {
        String yaml = "providers:\n" + provider.yaml(online, OptionalLong.empty()).stream()
                .map(line -> "  " + line + "\n").collect(Collectors.joining()) + "models: []\n";
        CaravanConfig config = new ConfigLoader(surroundings.environment(), Path.of("")).parse(Path.of("caravan.yaml"),
                yaml);
        return (ExecProvider) config.provider(provider.name()).orElseThrow();
    }

    /**
     * Tries it.
     *
     * @param local whether it is to be found without the hub
     * @param progress takes lines that tell how far it is
     * @throws CommandFailure when it does not answer, with the reason
     */
    Result run(boolean local, Consumer<String> progress) throws CommandFailure, InterruptedException {
        CompletableFuture<Void> timeUp = new CompletableFuture<Void>().completeOnTimeout(null, LIMIT.toMillis(),
                TimeUnit.MILLISECONDS);
        Consumer<String> once = new Consumer<>() {
            private String before = "";

            @Override
            public void accept(String message) {
                if (!message.equals(before)) {
                    before = message;
                    progress.accept("  " + TerminalText.line(message, LONGEST_QUOTE));
                }
            }
        };
        ExecTrial trial = new ExecTrial(configured(!local), provider.reference(), timeUp, once, QUESTION);
        return switch (trial.run()) {
            case ExecTrial.Outcome.Kept kept -> result(kept);
            case ExecTrial.Outcome.Refused refused -> throw new CommandFailure(
                    TerminalText.line(refused.message(), LONGEST_QUOTE));
            case ExecTrial.Outcome.Failed failed -> throw new CommandFailure("the worker " + failed.how()
                    + (failed.how().contains("signal 9") ? ", as a lack of memory makes the system do" : "")
                    + (failed.lastWords().isBlank()
                            ? ""
                            : "; its last words: " + TerminalText.line(failed.lastWords(), LONGEST_QUOTE)));
            case ExecTrial.Outcome.Unfinished unfinished -> throw new CommandFailure("the model had not answered after "
                    + LIMIT.toHours() + " hours");
            default -> throw new CommandFailure("the worker ended without a word");
        };
    }

    private static Result result(ExecTrial.Outcome.Kept kept) {
        JsonNode facts = kept.facts();
        StringBuilder loading = new StringBuilder("in ").append(seconds(kept.load()));
        if (!kept.version().isBlank()) {
            loading.append(" by ").append(TerminalText.line(kept.version(), LONGEST_QUOTE));
        }
        OptionalLong context = facts.path("context_length").isIntegralNumber()
                ? OptionalLong.of(facts.get("context_length").asLong())
                : OptionalLong.empty();
        context.ifPresent(tokens -> loading.append(String.format(Locale.ROOT, "; context of %,d tokens", tokens)));
        double memory = facts.path("memory_bytes").asLong() / GIGA;
        if (memory > 0) {
            loading.append(
                    String.format(Locale.ROOT, memory < 1 ? "; %.3f GB of memory" : "; %.1f GB of memory", memory));
        }
        String answering = "first token after " + seconds(kept.first());
        double generation = kept.generation().toMillis() / MILLIS;
        if (kept.tokens() > 1 && generation > 0) {
            answering += String.format(Locale.ROOT, ", then %.0f tokens/s", (kept.tokens() - 1) / generation);
        }
        return new Result(loading.toString(), answering, context);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / MILLIS);
    }
}
