package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.cli.GatewayClient.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code caravan queue …}: the queues of work, one for each kind of provider. */
@Command(name = "queue", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Shows "
        + "the queues of work, one for each kind of provider, and stops and starts them.")
final class QueueCommand {
    private static final String PATH = "/admin/queues";
    private static final String DRAIN = "/admin/drain";

    private final Surroundings surroundings;

    QueueCommand() {
        this(Surroundings.ofProcess());
    }

    QueueCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Which queues a command is for. */
    static final class Lane {
        @Option(names = "--lane", paramLabel = "LANE", description = "Only this one: exec or http.")
        private String name;
    }

    @Command(name = "status", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Shows "
            + "how much work waits, for how long, and who takes it.")
    int status(@Mixin GatewayOptions options, @Mixin Lane lane) throws InterruptedException {
        return options.run(surroundings, gateway -> {
            show(options, queues(options, gateway, lane));
            return 0;
        });
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Begins "
            + "no more work; what is under way is finished.")
    int pause(@Mixin GatewayOptions options, @Mixin Lane lane) throws InterruptedException {
        return options.run(surroundings, gateway -> change(options, gateway, lane, "pause"));
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Begins "
            + "work again; without --lane after drain, too.")
    int resume(@Mixin GatewayOptions options, @Mixin Lane lane) throws InterruptedException {
        return options.run(surroundings, gateway -> {
            if (lane.name == null) {
                gateway.require(gateway.request(DRAIN).DELETE().build());
            }
            return change(options, gateway, lane, "resume");
        });
    }

    @Command(name = "drain", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = "Has "
            + "the gateway finish what is under way and take no more.")
    int drain(@Mixin GatewayOptions options) throws InterruptedException {
        return options.run(surroundings, gateway -> {
            JsonNode left = post(gateway, DRAIN).body().path("in_hand");
            show(options, queues(options, gateway, new Lane()));
            options.tell("this gateway takes no more queued work; " + BatchCounts.number(left.asLong())
                    + " requests are under way");
            return 0;
        });
    }

    private static int change(GatewayOptions options, GatewayClient gateway, Lane lane, String action)
            throws CommandFailure, InterruptedException {
        for (JsonNode queue : queues(options, gateway, lane)) {
            post(gateway, PATH + "/" + Pages.encoded(queue.path("name").asText()) + "/" + action);
        }
        show(options, queues(options, gateway, lane));
        return 0;
    }

    private static Answer.Ok post(GatewayClient gateway, String path) throws CommandFailure, InterruptedException {
        return gateway.require(gateway.request(path).header("content-type", "application/json")
                .POST(BodyPublishers.noBody()).build());
    }

    private static List<JsonNode> queues(GatewayOptions options, GatewayClient gateway, Lane lane)
            throws CommandFailure, InterruptedException {
        JsonNode data = gateway.require(gateway.request(PATH).build()).body().path("data");
        if (!data.isArray()) {
            throw new CommandFailure(gateway.gateway() + " gave no list of queues; is this Caravan?");
        }
        List<JsonNode> all = StreamSupport.stream(data.spliterator(), false).toList();
        List<JsonNode> wanted = all.stream()
                .filter(queue -> lane.name == null || lane.name.equals(queue.path("name").asText())).toList();
        if (wanted.isEmpty() && lane.name != null) {
            throw options.mistake("--lane: expected one of "
                    + String.join(", ", all.stream().map(queue -> queue.path("name").asText()).toList()));
        }
        return wanted;
    }

    private static void show(GatewayOptions options, List<JsonNode> queues) {
        TextTable table = new TextTable("LANE", "STATE", "WAITING", "UNDER WAY", "SCHEDULED", "CONSUMERS", "OLDEST");
        for (JsonNode queue : queues) {
            table.row(queue.path("name").asText(), queue.path("paused").asBoolean() ? "paused" : "running",
                    number(queue, "depth"), number(queue, "delivering"), number(queue, "scheduled"),
                    number(queue, "consumers"), queue.path("oldest_seconds").isNumber()
                            ? Spans.text(Duration.ofSeconds(queue.path("oldest_seconds").asLong()))
                            : "-");
        }
        table.lines().forEach(options::say);
    }

    private static String number(JsonNode queue, String field) {
        return queue.path(field).isNumber() ? BatchCounts.number(queue.path(field).asLong()) : "-";
    }
}
