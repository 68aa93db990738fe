package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.LongRun;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches that end otherwise than by their last answer, and gateways that die while clients send and receive. */
@Tag("long")
@Tag("kills")
@Timeout(300)
class QueueEndsIT {
    private static final int CONSUMERS = 4;
    private static final Duration END = Duration.ofSeconds(60);

    @TempDir
    private Path directory;
    private CountingProvider provider;

    @BeforeEach
    void startProvider() {
        provider = new CountingProvider(Duration.ofMillis(10));
    }

    @AfterEach
    void stopProvider() {
        provider.close();
    }

    private QueueNode start(String... options) throws IOException {
        return new QueueNode(directory, QueueNode.embedded(CONSUMERS, 5, provider.entry("node")), options);
    }

    @Test
    void aCancellationAndTheLastAnswersAtOnce() throws Exception {
        long seed = LongRun.seed("queue-cancel");
        Random random = new Random(seed);
        List<String> ids = NodeBatches.ids(40);
        Map<String, Long> all = new TreeMap<>();
        try (QueueNode node = start()) {
            NodeBatches client = node.client();
            for (int round = 0; round < 25; round++) {
                String batch = client.create(NodeBatches.body("chat/x", ids));
                Thread.sleep(random.nextInt(250));
                assertEquals(200, client.cancel(batch).status());
                JsonNode end = client.awaitEnd(batch, END);
                Map<String, JsonNode> results = client.results(batch);
                assertEquals(new HashSet<>(ids), results.keySet());
                Map<String, Long> types = NodeBatches.types(results);
                assertCounts(types, end);
                assertTrue(Set.of("succeeded", "canceled").containsAll(types.keySet()), types.toString());
                types.forEach((type, count) -> all.merge(type, count, Long::sum));
                assertEquals(end, withoutUrl(client.cancel(batch).json(), end),
                        "a batch that has ended stays as it is");
                assertEquals(200, client.delete(batch).status());
                assertEquals(404, client.get(NodeBatches.BATCHES + "/" + batch).status());
                assertEquals(404, client.get(NodeBatches.BATCHES + "/" + batch + "/results").status());
            }
            System.out.println("queue-cancel: seed " + seed + ", 25 batches cancelled while they ran: " + all);
            assertEquals(Set.of("succeeded", "canceled"), all.keySet());
            Patience.await("nothing is under way").until(() -> node.process().activeCalls() == 0);
            assertEquals(List.of(), node.process().errors());
            String last = client.create(NodeBatches.body("chat/x", ids));
            client.awaitEnd(last, END);
            assertEquals(Map.of("succeeded", 40L), NodeBatches.types(client.results(last)));
        }
    }

    private static JsonNode withoutUrl(JsonNode batch, JsonNode as) {
        assertEquals(as.path("results_url").isNull(), batch.path("results_url").isNull());
        return batch;
    }

    private static void assertCounts(Map<String, Long> types, JsonNode batch) {
        for (String type : List.of("succeeded", "errored", "canceled", "expired")) {
            assertEquals(types.getOrDefault(type, 0L), batch.path("request_counts").path(type).asLong(), type);
        }
        assertEquals(0, batch.path("request_counts").path("processing").asInt());
    }

    @Test
    void whatIsNotAnsweredInTimeExpires() throws Exception {
        provider.delay(Duration.ofMillis(200));
        List<String> ids = NodeBatches.ids(200);
        try (QueueNode node = start("-Dcaravan.batch-life=3s")) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", ids));
            JsonNode end = client.awaitEnd(batch, END);
            int calls = provider.calls();
            Map<String, JsonNode> results = client.results(batch);
            Map<String, Long> types = NodeBatches.types(results);
            assertEquals(new HashSet<>(ids), results.keySet());
            assertEquals(Set.of("succeeded", "expired"), types.keySet());
            assertCounts(types, end);
            String next = client.create(NodeBatches.body("chat/x", List.of("r-900")));
            client.awaitEnd(next, END);
            assertEquals(calls + 1, provider.calls(), "nobody was asked after the end");
        }
    }

    @Test
    void halfABatchIsNone() throws Exception {
        // More than lies between the two of them: when half of it is sent, some is read.
        byte[] body = NodeBatches.body("chat/" + "x".repeat(200), NodeBatches.ids(60_000)).getBytes(UTF_8);
        byte[] half = Arrays.copyOf(body, body.length / 2);
        String head = "POST " + NodeBatches.BATCHES + " HTTP/1.1\r\nhost: caravan\r\ncontent-type: application/json\r\n"
                + "content-length: " + body.length + "\r\n\r\n";
        try (QueueNode node = start()) {
            NodeBatches client = node.client();
            try (RawClient leaves = RawClient.connect(node.port())) {
                leaves.send(head).send(half);
                leaves.reset();
            }
            try (RawClient left = RawClient.connect(node.port())) {
                left.send(head).send(half);
                node.kill();
                assertThrows(IOException.class, left::reply);
            }
            node.start();
            assertEquals(0, client.get(NodeBatches.BATCHES).json().path("data").size());
            String whole = client.create(NodeBatches.body("chat/x", List.of("r-0")));
            client.awaitEnd(whole, END);
            assertEquals(1, client.get(NodeBatches.BATCHES).json().path("data").size());
            assertEquals(1, provider.calls());
        }
    }

    @Test
    void resultsThatAreCutOffDoNotEnd() throws Exception {
        provider.pad(20_000);
        provider.delay(Duration.ZERO);
        try (QueueNode node = start()) {
            NodeBatches client = node.client();
            String batch = client.create(NodeBatches.body("chat/x", NodeBatches.ids(500)));
            client.awaitEnd(batch, END);
            try (RawClient download = RawClient.connect(node.port(), 8192)) {
                WireReply reply = download.get(NodeBatches.BATCHES + "/" + batch + "/results").head();
                assertEquals(200, reply.status());
                for (int i = 0; i < 100_000; i++) {
                    reply.read();
                }
                node.kill();
                IOException cut = assertThrows(IOException.class, reply::body);
                assertTrue(cut instanceof EOFException || cut instanceof SocketException, cut.toString());
            }
            node.start();
            assertEquals(500, client.results(batch).size());
        }
    }
}
