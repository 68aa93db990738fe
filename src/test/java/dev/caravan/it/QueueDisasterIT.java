package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.testkit.ExternalBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that lose everything, disks that are full, and more messages than the broker has memory for. */
@Tag("long")
@Tag("kills")
@Timeout(300)
class QueueDisasterIT {
    private static final Duration END = Duration.ofSeconds(90);

    @TempDir
    private Path directory;
    private CountingProvider provider;

    @BeforeEach
    void startProvider() {
        provider = new CountingProvider(Duration.ofMillis(50));
    }

    @AfterEach
    void stopProvider() {
        provider.close();
    }

    @Test
    void whatTheBrokerHasLostIsSentAgain() throws Exception {
        List<String> ids = NodeBatches.ids(200);
        try (QueueNode node = new QueueNode(directory, QueueNode.embedded(2, 5, provider.entry("node")))) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", ids));
            Awaitility.await("work").atMost(END).until(() -> provider.calls() > 20);
            node.stop();
            delete(directory.resolve("data/broker"));
            node.start();
            client.awaitEnd(batch, END);
            assertEquals(Map.of("succeeded", 200L), NodeBatches.types(client.results(batch)));
            assertEquals(ids.size(), provider.calls());
        }
    }

    /** A broker that has less memory than its messages need keeps them on its disk. */
    @Test
    void moreMessagesWaitThanTheBrokerHasMemoryFor() throws Exception {
        provider.delay(Duration.ofMillis(400));
        int requests = 3_000;
        Path instance = directory.resolve("broker");
        try (ExternalBroker broker = ExternalBroker.start(Files.createDirectories(instance),
                Map.of("caravan.memory", "300KB"));
                QueueNode node = new QueueNode(directory.resolve("node"), """
                    queue:
                      directory: data
                      lanes: { http: { consumers: 100 } }
                      broker: %s
                      broker-user: %s
                      broker-password: %s
                    providers:
                      %s
                    """.formatted(broker.url(), ExternalBroker.USER, ExternalBroker.PASSWORD,
                        provider.entry("node")))) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", NodeBatches.ids(requests)));
            Awaitility.await("pages").atMost(END).until(() -> pages(instance.resolve("instance/data/paging")) > 0);
            client.awaitEnd(batch, END);
            assertEquals(Map.of("succeeded", (long) requests), NodeBatches.types(client.results(batch)));
            assertEquals(requests, provider.calls());
        }
    }

    private static long pages(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".page")).count();
        }
    }

    @Test
    void aFullDiskIsToldAndGotOver() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can make a small disk");
        Path disk = Files.createDirectories(directory.resolve("data"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", disk.toString()), "no tmpfs can be mounted");
        try (QueueNode node = new QueueNode(directory, QueueNode.embedded(4, 5, provider.entry("node")))) {
            NodeBatches client = node.client();
            String before = client.create(NodeBatches.body("chat/x", NodeBatches.ids(5)));
            client.awaitEnd(before, END);

            Path filler = disk.resolve("filler");
            fill(filler, 256 * 1024);
            String large = NodeBatches.body("chat/x" + "y".repeat(20_000), NodeBatches.ids(500));
            WireReply refused = client.post(NodeBatches.BATCHES, large);
            assertEquals(500, refused.status());
            assertEquals("api_error", refused.json().path("error").path("type").asText(), refused::toString);
            assertEquals(200, client.post("/v1/messages", Wire.request("chat/x")).status());

            Files.delete(filler);
            String after = Awaitility.await("batches are taken again").atMost(END)
                    .until(() -> created(client), id -> !id.isEmpty());
            client.awaitEnd(after, END);
            assertEquals(Map.of("succeeded", 5L), NodeBatches.types(client.results(after)));
            assertEquals(Map.of("succeeded", 5L), NodeBatches.types(client.results(before)));
            assertEquals(2, client.get(NodeBatches.BATCHES).json().path("data").size(), "nothing is half there");
        } finally {
            assertTrue(run("umount", "-l", disk.toString()));
        }
    }

    private static String created(NodeBatches client) throws IOException {
        WireReply reply = client.post(NodeBatches.BATCHES, NodeBatches.body("chat/x", NodeBatches.ids(5)));
        return reply.status() == 200 ? reply.json().path("id").asText() : "";
    }

    /** Leaves less than so many bytes. */
    private static void fill(Path file, int left) throws IOException {
        byte[] part = new byte[64 * 1024];
        try (var out = Files.newOutputStream(file)) {
            while (file.toFile().getUsableSpace() > left) {
                out.write(part);
            }
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
