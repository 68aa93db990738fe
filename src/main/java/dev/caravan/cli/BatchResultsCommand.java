package dev.caravan.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code caravan batch results ID}: fetches the results of a batch that has ended. */
@Command(name = "results", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Fetches "
        + "the results of a batch that has ended, one JSON object a line, in no particular order.")
final class BatchResultsCommand implements Callable<Integer> {
    private static final char DELETE = 0x7f;
    private static final char LAST_C1 = 0x9f;

    @Parameters(paramLabel = "ID", description = "The batch.")
    private String id;

    @Option(names = "--output", paramLabel = "FILE", description = "Write them to this file, which is there only when they are complete.")
    private Path output;

    @Mixin
    private GatewayOptions options;

    @ParentCommand
    private BatchCommand batches;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return options.run(batches.surroundings(), this::fetch);
    }

    private int fetch(GatewayClient gateway) throws CommandFailure, IOException, InterruptedException {
        String path = BatchCommand.path(options, id);
        MessageBatch batch = MessageBatch.of(gateway.require(gateway.request(path).build()));
        if (!batch.isEnded()) {
            throw new CommandFailure(id + " has not ended yet (" + batch.status() + "); follow it with: "
                    + options.again("batch status " + id + " --watch"));
        }
        BatchCounts counts = output == null
                ? new BatchResults(gateway).copy(batch, this::print)
                : BatchCommand.write(gateway, batch,
                        new OutputFile(batches.surroundings().directory().resolve(output)));
        return BatchCommand.tell(options, id, counts);
    }

    /** Results that nobody reads any more, as in {@code caravan batch results … | head -1}, need not go on. */
    private void print(byte[] line) throws CommandFailure {
        PrintWriter out = spec.commandLine().getOut();
        out.print(escaped(new String(line, StandardCharsets.UTF_8)));
        out.print('\n');
        if (out.checkError()) {
            throw new CommandFailure("standard output was closed before the results were complete");
        }
    }

    /**
     * The same JSON without control characters: those that JSON allows in a string could steer a terminal.
     */
    private static String escaped(String json) {
        StringBuilder escaped = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c >= DELETE && c <= LAST_C1) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
