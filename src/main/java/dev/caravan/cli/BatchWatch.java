package dev.caravan.cli;

import dev.caravan.cli.GatewayClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Follows a batch until it has ended. A gateway that is away for a while, or busy, is asked again. */
final class BatchWatch {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int SERVER_ERROR = 500;

    private final GatewayClient gateway;
    private final ProgressLine line;
    private final Duration patience;
    private final ProgressBar bar = new ProgressBar();

    /**
     * @param line shows how far it is
     */
    BatchWatch(GatewayClient gateway, ProgressLine line) {
        this(gateway, line, PATIENCE);
    }

    /**
     * @param patience how long the gateway may fail to answer, again and again
     */
    BatchWatch(GatewayClient gateway, ProgressLine line, Duration patience) {
        this.gateway = gateway;
        this.line = line;
        this.patience = patience;
    }

    /**
     * Waits.
     *
     * @return the batch, which has ended
     * @throws CommandFailure when the gateway says no, or did not answer for too long; the batch goes on
     */
    MessageBatch untilEnded(String id) throws CommandFailure, InterruptedException {
        Duration pause = FIRST_PAUSE;
        long lastAnswer = System.nanoTime();
        Optional<String> trouble = Optional.empty();
        try {
            while (true) {
                Answer answer = gateway.ask(gateway.request("/v1/messages/batches/" + id).build());
                Duration wait = pause;
                if (answer instanceof Answer.Ok ok) {
                    MessageBatch batch = MessageBatch.of(ok);
                    show(batch);
                    if (batch.isEnded()) {
                        return batch;
                    }
                    trouble.ifPresent(was -> line.note("it answers again"));
                    trouble = Optional.empty();
                    lastAnswer = System.nanoTime();
                } else {
                    String text = transientTrouble(answer);
                    requirePatience(lastAnswer, text);
                    if (trouble.isEmpty()) {
                        line.note(text + "; asking again");
                    }
                    trouble = Optional.of(text);
                    wait = wait(answer, pause);
                }
                Thread.sleep(wait);
                pause = least(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        } finally {
            line.end();
        }
    }

    private void show(MessageBatch batch) {
        if (batch.isEnded()) {
            batch.progress().ifPresent(progress -> line.show(noted(progress)));
        } else if (batch.progress().isPresent()) {
            line.show(noted(batch.progress().get()));
        } else {
            String age = batch.created().map(created -> ", made " + Spans.text(Duration.between(created, Instant.now()))
                    + " ago").orElse("");
            line.show(batch.status() + ", " + batch.counts() + age);
        }
    }

    private ProgressBar noted(MessageBatch.Progress progress) {
        bar.note(progress, System.nanoTime());
        return bar;
    }

    /** What is worth asking again after. */
    private static String transientTrouble(Answer answer) throws CommandFailure {
        return switch (answer) {
            case Answer.Ok ok -> throw new IllegalArgumentException("no trouble");
            case Answer.None none -> none.text();
            case Answer.Refused refused -> {
                if (refused.status() != TOO_MANY_REQUESTS && refused.status() != REQUEST_TIMEOUT
                        && refused.status() < SERVER_ERROR) {
                    throw new CommandFailure(refused.text());
                }
                yield refused.text();
            }
        };
    }

    private void requirePatience(long lastAnswer, String text) throws CommandFailure {
        Duration silent = Duration.ofNanos(System.nanoTime() - lastAnswer);
        if (silent.compareTo(patience) > 0) {
            throw new CommandFailure(text + "; gave up after " + Spans.text(silent));
        }
    }

    private static Duration wait(Answer answer, Duration pause) {
        return answer instanceof Answer.Refused refused
                ? refused.retryAfter().filter(after -> after.compareTo(pause) > 0)
                        .map(after -> least(after, LONGEST_WAIT)).orElse(pause)
                : pause;
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
