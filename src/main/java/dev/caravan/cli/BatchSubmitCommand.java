package dev.caravan.cli;

import dev.caravan.cli.GatewayClient.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caravan batch submit FILE}: makes a batch of a file with one request a line. */
@Command(name = "submit", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = {
        "Makes a batch of a file with one request a line, and prints its id.",
        "A line is {\"custom_id\":…,\"params\":{…}}, or the params alone; then its custom_id is line-N."})
final class BatchSubmitCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Parameters(paramLabel = "FILE.jsonl", description = "The requests. \"-\" reads standard input.")
    private String file;

    @Option(names = "--wait", description = "Wait until the batch has ended, and show how far it is.")
    private boolean wait;

    @Option(names = "--output", paramLabel = "FILE", description = "Wait, and write the results to this file.")
    private Path output;

    @Option(names = "--model", paramLabel = "NAME", description = "The model of requests that name none.")
    private String model;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The most tokens of the answer, for requests that do not say.")
    private Integer maxTokens;

    @Mixin
    private GatewayOptions options;

    @ParentCommand
    private BatchCommand batches;

    @Override
    public Integer call() throws InterruptedException {
        return options.run(batches.surroundings(), this::submit);
    }

    private int submit(GatewayClient gateway) throws CommandFailure, IOException, InterruptedException {
        if (maxTokens != null && maxTokens < 1) {
            throw options.mistake("--max-tokens: expected a number from 1");
        }
        Optional<OutputFile> results = output == null
                ? Optional.empty()
                : Optional.of(new OutputFile(batches.surroundings().directory().resolve(output)));
        MessageBatch made = make(gateway);
        options.say(made.id());
        options.tell(made.counts().requests() + " sent to " + gateway.gateway());
        if (!wait && results.isEmpty()) {
            options.tell("follow it with: " + options.again("batch status " + made.id() + " --watch"));
            return 0;
        }
        MessageBatch ended = batches.follow(options, gateway, made.id());
        if (results.isPresent()) {
            fetch(gateway, ended, results.get());
        }
        return BatchCommand.tell(options, ended.id(), ended.counts());
    }

    private MessageBatch make(GatewayClient gateway) throws CommandFailure, IOException, InterruptedException {
        try (InputStream in = open()) {
            BatchBody body = body(in);
            // A wrong key, or a gateway without batches, need not be told behind a long upload.
            gateway.require(gateway.request(BatchCommand.PATH + "?limit=1").build());
            HttpRequest request = gateway.request(BatchCommand.PATH).header("content-type", "application/json")
                    .POST(BodyPublishers.fromPublisher(body)).build();
            Answer answer = gateway.ask(request, body::lastSent);
            Optional<String> mistake = body.failure();
            if (mistake.isPresent()) {
                throw inFile(mistake.get());
            }
            if (answer instanceof Answer.None none) {
                throw new CommandFailure(none.text() + "\nWhether there is a batch now is told by: "
                        + options.again("batch status"));
            }
            MessageBatch made = MessageBatch.of(GatewayClient.require(answer));
            if (made.counts().total() != body.count()) {
                throw new CommandFailure(made.id() + " has " + made.counts() + ", and " + body.count() + " were sent");
            }
            return made;
        }
    }

    private BatchBody body(InputStream in) throws CommandFailure, IOException {
        try {
            return new BatchBody(new BatchLines(in, Optional.ofNullable(model),
                    maxTokens == null ? OptionalInt.empty() : OptionalInt.of(maxTokens)));
        } catch (CommandFailure e) {
            throw inFile(e.getMessage());
        }
    }

    private CommandFailure inFile(String mistake) {
        String name = file.equals(STANDARD_INPUT) ? "standard input" : file;
        return new CommandFailure(name + ": " + mistake + "\nNo batch was made.");
    }

    private InputStream open() throws IOException {
        return file.equals(STANDARD_INPUT)
                ? batches.surroundings().input()
                : Files.newInputStream(batches.surroundings().directory().resolve(file));
    }

    private void fetch(GatewayClient gateway, MessageBatch ended, OutputFile results)
            throws CommandFailure, IOException, InterruptedException {
        try {
            BatchCommand.write(gateway, ended, results);
        } catch (CommandFailure e) {
            throw new CommandFailure(e.getMessage() + "\nFetch them again with: "
                    + options.again("batch results " + ended.id() + " --output " + output));
        }
        options.tell("the results are in " + output);
    }
}
