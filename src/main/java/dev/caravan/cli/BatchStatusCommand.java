package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caravan batch status}: the batches, or how one of them is. */
@Command(name = "status", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Shows "
        + "the batches, the newest first, or how one of them is.")
final class BatchStatusCommand implements Callable<Integer> {
    private static final int MOST_OF_A_PAGE = 1_000;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The batch. Without it all are listed.")
    private String id;

    @Option(names = "--watch", description = "Wait until the batch has ended, and show how far it is.")
    private boolean watch;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "The most batches of the list. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private GatewayOptions options;

    @ParentCommand
    private BatchCommand batches;

    @Override
    public Integer call() throws InterruptedException {
        return options.run(batches.surroundings(), gateway -> {
            if (watch && id == null) {
                throw options.mistake("--watch: expected the ID of a batch");
            }
            if (limit < 1) {
                throw options.mistake("--limit: expected a number from 1");
            }
            if (id == null) {
                return list(gateway);
            }
            String path = BatchCommand.path(options, id);
            if (watch) {
                MessageBatch ended = batches.follow(options, gateway, id);
                return BatchCommand.tell(options, ended.id(), ended.counts());
            }
            show(MessageBatch.of(gateway.require(gateway.request(path).build())));
            return 0;
        });
    }

    private int list(GatewayClient gateway) throws CommandFailure, InterruptedException {
        TextTable table = new TextTable("ID", "STATUS", "REQUESTS", "SUCCEEDED", "ERRORED", "CANCELED", "EXPIRED",
                "CREATED");
        Pages pages = new Pages(gateway, BatchCommand.PATH, Math.min(limit, MOST_OF_A_PAGE));
        int count = 0;
        Optional<JsonNode> next = pages.next();
        while (next.isPresent() && count < limit) {
            row(table, MessageBatch.of(next.get()));
            count++;
            next = pages.next();
        }
        if (count == 0) {
            options.tell("there are no batches");
            return 0;
        }
        table.lines().forEach(options::say);
        if (next.isPresent()) {
            options.tell("there are more; see " + options.again("batch status --limit " + 2L * limit));
        }
        return 0;
    }

    private static void row(TextTable table, MessageBatch batch) {
        BatchCounts counts = batch.counts();
        table.row(batch.id(), batch.status(), BatchCounts.number(counts.total()),
                BatchCounts.number(counts.succeeded()), BatchCounts.number(counts.errored()),
                BatchCounts.number(counts.canceled()), BatchCounts.number(counts.expired()),
                batch.created().map(BatchStatusCommand::ago).orElse("-"));
    }

    private void show(MessageBatch batch) {
        options.say("Batch      " + batch.id());
        options.say("Status     " + batch.status());
        options.say("Requests   " + batch.counts().toString());
        batch.progress().filter(progress -> !batch.isEnded()).ifPresent(progress -> {
            ProgressBar bar = new ProgressBar();
            bar.note(progress, 0);
            options.say("Finished   " + bar.text());
        });
        batch.created().ifPresent(time -> options.say("Created    " + time + ", " + ago(time)));
        batch.ended().ifPresent(time -> options.say("Ended      " + time + ", " + ago(time)));
        batch.expires().filter(time -> !batch.isEnded()).ifPresent(time -> options.say("Expires    " + time + ", in "
                + Spans.text(Duration.between(Instant.now(), time))));
    }

    private static String ago(Instant time) {
        return Spans.text(Duration.between(time, Instant.now())) + " ago";
    }
}
