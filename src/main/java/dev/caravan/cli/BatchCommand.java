package dev.caravan.cli;

import dev.caravan.cli.GatewayClient.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code caravan batch …}: batches of requests, through the Message Batches API. Results, ids and tables go to standard output,
 * everything else to standard error.
 */
@Command(name = "batch", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, subcommands = {
        BatchSubmitCommand.class, BatchStatusCommand.class, BatchResultsCommand.class}, description = {
                "Sends files of requests to be answered in their own time, and fetches the answers.",
                "See docs/command-line.md."})
final class BatchCommand {
    static final String PATH = "/v1/messages/batches";

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;

    BatchCommand() {
        this(Surroundings.ofProcess());
    }

    BatchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Cancels a batch. "
            + "What is finished by then stays.")
    int cancel(@Mixin GatewayOptions options, @Parameters(paramLabel = "ID", description = "The batch.") String id)
            throws InterruptedException {
        return options.run(surroundings, gateway -> {
            MessageBatch batch = MessageBatch.of(gateway.require(gateway.request(path(options, id) + "/cancel")
                    .header("content-type", "application/json").POST(BodyPublishers.noBody()).build()));
            options.say(batch.id() + " " + batch.status());
            return 0;
        });
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Deletes a batch "
            + "that has ended, and its results.")
    int delete(@Mixin GatewayOptions options, @Parameters(paramLabel = "ID", description = "The batch.") String id)
            throws InterruptedException {
        return options.run(surroundings, gateway -> {
            Answer.Ok answer = gateway.require(gateway.request(path(options, id)).DELETE().build());
            if (!answer.body().path("type").asText().equals("message_batch_deleted")) {
                throw new CommandFailure("the answer does not say that " + id + " is deleted");
            }
            options.say(id + " deleted");
            return 0;
        });
    }

    /** The path of a batch. */
    static String path(GatewayOptions options, String id) {
        if (!MessageBatch.isId(id)) {
            throw options.mistake("expected the id of a batch, such as msgbatch_013Zva2CMHLNnXjNJJKqJ2EF");
        }
        return PATH + "/" + id;
    }

    /**
     * Waits for the end of a batch and shows how far it is.
     *
     * @throws CommandFailure when that cannot be seen any more; says how to go on, as Ctrl-C does
     */
    MessageBatch follow(GatewayOptions options, GatewayClient gateway, String id)
            throws CommandFailure, InterruptedException {
        ProgressLine line = new ProgressLine(spec.commandLine().getErr(), surroundings.screen());
        String goOn = id + " goes on; follow it with: " + options.again("batch status " + id + " --watch");
        AtExit atExit = AtExit.close(() -> line.note(goOn));
        try {
            return new BatchWatch(gateway, line).untilEnded(id);
        } catch (CommandFailure e) {
            throw new CommandFailure(e.getMessage() + "\n" + goOn);
        } finally {
            atExit.cancel();
        }
    }

    /** Writes the results to a file. */
    static BatchCounts write(GatewayClient gateway, MessageBatch batch, OutputFile file)
            throws CommandFailure, IOException, InterruptedException {
        return file.write(out -> new BatchResults(gateway).copy(batch, line -> {
            out.write(line);
            out.write('\n');
        }));
    }

    /** Tells what came of a batch, and returns the exit code: 0 when all requests succeeded, 1 when some did not. */
    static int tell(GatewayOptions options, String id, BatchCounts counts) {
        options.tell(id + " has ended, " + counts);
        return counts.allSucceeded() ? 0 : 1;
    }
}
