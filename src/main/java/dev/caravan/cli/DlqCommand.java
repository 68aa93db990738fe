package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.cli.GatewayClient.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caravan dlq …}: the dead letters, which is work that was given up after its last attempt. */
@Command(name = "dlq", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Shows "
        + "work that was given up after its last attempt, the dead letters, and has it tried again or forgotten.")
final class DlqCommand {
    private static final String PATH = "/admin/dead-letters";
    private static final int PAGE = 1_000;
    private static final int NOT_FOUND = 404;

    private final Surroundings surroundings;

    DlqCommand() {
        this(Surroundings.ofProcess());
    }

    DlqCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Which of them. */
    static final class Which {
        @Parameters(paramLabel = "ID", description = "The dead letter.")
        private String id;

        @Option(names = "--all", required = true, description = "All that there are now.")
        private boolean all;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Lists them.")
    int list(@Mixin GatewayOptions options,
            @Option(names = "--queue", paramLabel = "QUEUE", description = "Only those of this queue.") String queue)
            throws InterruptedException {
        return options.run(surroundings, gateway -> {
            TextTable table = new TextTable("ID", "QUEUE", "SOURCE", "CUSTOM_ID", "ATTEMPTS", "DIED", "REASON");
            Pages pages = new Pages(gateway, PATH, PAGE);
            int count = 0;
            for (Optional<JsonNode> next = pages.next(); next.isPresent(); next = pages.next()) {
                JsonNode letter = next.get();
                if (queue == null || queue.equals(letter.path("queue").asText())) {
                    count++;
                    table.row(letter.path("id").asText(), letter.path("queue").asText(),
                            letter.path("source").asText("-"), letter.path("custom_id").asText("-"),
                            letter.path("attempts").asText("-"), age(letter.path("died_at").asText()),
                            letter.path("reason").asText("-"));
                }
            }
            if (count == 0) {
                options.tell("there are no dead letters" + (queue == null ? "" : " of " + queue));
            } else {
                table.lines().forEach(options::say);
            }
            return 0;
        });
    }

    @Command(name = "retry", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Has "
            + "them tried again.")
    int retry(@Mixin GatewayOptions options, @ArgGroup(multiplicity = "1") Which which) throws InterruptedException {
        return options.run(surroundings,
                gateway -> each(options, gateway, which, "will be tried again", id -> gateway.request(id + "/retry")
                        .header("content-type", "application/json").POST(BodyPublishers.noBody()).build()));
    }

    @Command(name = "drop", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Forgets "
            + "them.")
    int drop(@Mixin GatewayOptions options, @ArgGroup(multiplicity = "1") Which which) throws InterruptedException {
        return options.run(surroundings, gateway -> each(options, gateway, which, "dropped",
                id -> gateway.request(id).DELETE().build()));
    }

    private static int each(GatewayOptions options, GatewayClient gateway, Which which, String done,
            Function<String, HttpRequest> request) throws CommandFailure, InterruptedException {
        if (!which.all) {
            gateway.require(request.apply(path(which.id)));
            options.say(which.id + " " + done);
            return 0;
        }
        int count = 0;
        for (String id : ids(gateway)) {
            Answer answer = gateway.ask(request.apply(path(id)));
            if (answer instanceof Answer.Refused refused && refused.status() == NOT_FOUND) {
                // Somebody else was faster.
                continue;
            }
            if (!(answer instanceof Answer.Ok)) {
                options.tell(BatchCounts.number(count) + " " + done + ", then " + id + " failed");
            }
            GatewayClient.require(answer);
            count++;
        }
        options.say(BatchCounts.number(count) + " " + done);
        return 0;
    }

    /** All of them before the first is touched: what goes, and what comes back after a new failure, would move the pages. */
    private static List<String> ids(GatewayClient gateway) throws CommandFailure, InterruptedException {
        List<String> ids = new ArrayList<>();
        Pages pages = new Pages(gateway, PATH, PAGE);
        for (Optional<JsonNode> next = pages.next(); next.isPresent(); next = pages.next()) {
            ids.add(next.get().path("id").asText());
        }
        return ids;
    }

    private static String path(String id) {
        return PATH + "/" + Pages.encoded(id);
    }

    private static String age(String time) {
        try {
            return Spans.text(Duration.between(OffsetDateTime.parse(time).toInstant(), Instant.now())) + " ago";
        } catch (DateTimeException e) {
            return "-";
        }
    }
}
