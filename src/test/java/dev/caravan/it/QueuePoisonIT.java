package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.FreePort;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that fail each time, and what becomes of them and of their neighbours. */
@Tag("long")
@Tag("kills")
@Timeout(300)
class QueuePoisonIT {
    private static final int ATTEMPTS = 3;
    private static final Duration END = Duration.ofSeconds(90);
    /** A model that one question kills, and one that another question has kill its gateway. */
    private static final String MODELS = """
        mortal: { dialect: exec, command: [sh, -c, "read -r request; case $request in *'question r-3\\"'*) kill -9 $$;; esac;
          echo '{\\"text\\":\\"fine\\"}'"] }
        deadly: { dialect: exec, command: [sh, -c, "read -r request; case $request in *'question r-3\\"'*) kill -9 $PPID;; esac;
          sleep 0.3; echo '{\\"text\\":\\"fine\\"}'"] }
        kept: { dialect: exec, command: [python3, -u, "%w"], workers: { min: 0 } }
        """;

    @TempDir
    private Path directory;

    @BeforeEach
    void requireShell() {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
    }

    private QueueNode start(int attempts, String providers) throws IOException {
        return new QueueNode(directory, QueueNode.embedded(4, attempts, providers));
    }

    private static String models() {
        return MODELS.replace("%w", Path.of("src/test/resources/exec/worker.py").toAbsolutePath().toString());
    }

    @Test
    void aRequestThatKillsItsProcessIsGivenUpAlone() throws Exception {
        try (QueueNode node = start(ATTEMPTS, models())) {
            assertOnlyTheThirdFails(node, NodeBatches.body("mortal/x", NodeBatches.ids(10)));
        }
    }

    @Test
    void aRequestThatKillsTheKeptProcessOfOthersIsGivenUpAlone() throws Exception {
        String requests = NodeBatches.ids(10).stream()
                .map(id -> NodeBatches.request(id.equals("r-3") ? "kept/die:9" : "kept/say:3", id))
                .collect(Collectors.joining(",", "{\"requests\":[", "]}"));
        try (QueueNode node = start(ATTEMPTS, models())) {
            assertOnlyTheThirdFails(node, requests);
        }
    }

    private static void assertOnlyTheThirdFails(QueueNode node, String body) throws IOException {
        NodeBatches client = node.client();
        String batch = client.create(body);
        client.awaitEnd(batch, END);
        assertOnlyTheThirdFailed(client, batch);
    }

    private static void assertOnlyTheThirdFailed(NodeBatches client, String batch) throws IOException {
        Map<String, JsonNode> results = client.results(batch);
        JsonNode failed = results.remove("r-3");
        assertEquals(Map.of("succeeded", 9L), NodeBatches.types(results), results::toString);
        assertEquals("errored", failed.path("type").asText());
        assertEquals("api_error", failed.path("error").path("error").path("type").asText(), failed::toString);
        JsonNode letters = client.deadLetters();
        assertEquals(1, letters.size(), letters::toString);
        assertEquals("r-3", letters.get(0).path("custom_id").asText());
        assertEquals(ATTEMPTS, letters.get(0).path("attempts").asInt());
    }

    @Test
    void aRequestThatKillsTheGatewayIsGivenUpAlone() throws Exception {
        try (QueueNode node = start(ATTEMPTS, models())) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("deadly/x", NodeBatches.ids(10)));
            int deaths = 0;
            for (long end = System.nanoTime() + END.toNanos(); !client.ended(batch) && System.nanoTime() < end;) {
                if (node.process().ended(0)) {
                    deaths++;
                    node.start();
                }
                Thread.sleep(50);
            }
            System.out.println("queue-poison: the gateway has died " + deaths + " times of a request with " + ATTEMPTS
                    + " attempts");
            assertTrue(client.ended(batch), node.process()::log);
            assertEquals(ATTEMPTS, deaths);
            assertOnlyTheThirdFailed(client, batch);
        }
    }

    @Test
    void whatIsGivenUpCanBeTriedAgainWhileItsBatchIsOpen() throws Exception {
        try (CountingProvider provider = new CountingProvider(Duration.ofMillis(10));
                QueueNode node = start(ATTEMPTS, provider.entry("node"))) {
            provider.fail("r-1", 500);
            provider.hold("r-2");
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", NodeBatches.ids(3)));
            Awaitility.await("given up").atMost(END).until(() -> client.deadLetters().size() == 1);
            JsonNode letter = client.deadLetters().get(0);
            assertEquals("r-1", letter.path("custom_id").asText());
            assertEquals(ATTEMPTS, letter.path("attempts").asInt());
            assertEquals(ATTEMPTS, provider.calls("r-1"));
            provider.heal();
            assertEquals(200, client.retry(letter.path("id").asText()).status());
            Awaitility.await("tried again").atMost(END).until(() -> provider.calls("r-1") == ATTEMPTS + 1);
            provider.release("r-2");
            client.awaitEnd(batch, END);
            assertEquals(Map.of("succeeded", 3L), NodeBatches.types(client.results(batch)));
            assertEquals(0, client.deadLetters().size());
            assertEquals(404, client.retry(letter.path("id").asText()).status());
        }
    }

    @Test
    void aProviderThatIsOverloadedForLongUsesUpNoAttempts() throws Exception {
        List<String> ids = NodeBatches.ids(6);
        try (CountingProvider provider = new CountingProvider(Duration.ZERO);
                QueueNode node = start(2, provider.entry("node"))) {
            ids.forEach(id -> provider.fail(id, 529));
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", ids));
            Awaitility.await("many tries").atMost(END).until(() -> ids.stream().allMatch(id -> provider.calls(id) > 5));
            provider.heal();
            client.awaitEnd(batch, END);
            assertEquals(Map.of("succeeded", 6L), NodeBatches.types(client.results(batch)));
            assertEquals(0, client.deadLetters().size());
        }
    }

    @Test
    void aProviderThatIsNotThereForLongUsesUpNoAttempts() throws Exception {
        int port = FreePort.find();
        try (QueueNode node = start(2,
                "chat: { dialect: openai, base-url: \"http://127.0.0.1:" + port + "/node/v1\" }")) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", NodeBatches.ids(4)));
            Awaitility.await("many tries").atMost(END)
                    .until(() -> Stream.of(node.process().log().split("/r-1\\b")).count() > 6);
            try (CountingProvider provider = new CountingProvider(port, Duration.ZERO)) {
                client.awaitEnd(batch, END);
                assertEquals(Map.of("succeeded", 4L), NodeBatches.types(client.results(batch)));
                assertEquals(4, provider.calls());
            }
        }
    }
}
