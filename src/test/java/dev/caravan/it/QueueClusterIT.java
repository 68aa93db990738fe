package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.LongRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Batches on one node and on several, all parts of which are killed, at once or one by one. {@code -Dcaravan.seed} has the same kills
 * made at the same moments again, {@code -Dcaravan.queue.seconds} sets how long the batch would take if nothing died.
 */
@Tag("long")
@Tag("kills")
@Timeout(900)
class QueueClusterIT {
    private static final int REQUESTS = 2_000;
    private static final int CONSUMERS = 8;
    /** Innocent requests are at hand when something dies, too, and those deaths count. */
    private static final int ATTEMPTS = 100;
    private static final Duration LENGTH = LongRun.duration("queue", Duration.ofSeconds(40));
    private static final Duration LEAST = Duration.ofSeconds(2);
    private static final Duration AWAY = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofMinutes(2);

    private static CountingProvider provider(int nodes) {
        return new CountingProvider(LENGTH.multipliedBy((long) nodes * CONSUMERS).dividedBy(REQUESTS));
    }

    /** On a slow machine, on which most of the time goes by while something starts, killing comes to its end. */
    private static Predicate<String> overOrEnded(NodeBatches client) {
        long over = System.nanoTime() + 2 * LENGTH.toNanos();
        return batch -> System.nanoTime() > over || client.ended(batch);
    }

    @Test
    void aBatchSurvivesTheDeathsOfItsOnlyNode(@TempDir Path directory) throws Exception {
        long seed = LongRun.seed("queue");
        try (CountingProvider provider = provider(1);
                QueueNode node = new QueueNode(directory,
                        QueueNode.embedded(CONSUMERS, ATTEMPTS, provider.entry("node")))) {
            Kills kills = new Kills(new Random(seed)).add("node", node::kill, node::start);
            new CrashRun("queue, all embedded", seed, provider, node.client(), REQUESTS, CONSUMERS).with(kills, LEAST,
                    AWAY, overOrEnded(node.client()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aBatchSurvivesTheDeathsOfAllParts(int nodes, @TempDir Path directory) throws Exception {
        long seed = LongRun.seed("queue");
        try (CountingProvider provider = provider(nodes);
                QueueSite site = new QueueSite(directory, provider, CONSUMERS, ATTEMPTS)) {
            for (String name : names(nodes)) {
                site.add(name);
            }
            Kills kills = new Kills(new Random(seed));
            site.expose(kills);
            new CrashRun("queue, " + nodes + " nodes", seed, provider, site.client(), REQUESTS, nodes * CONSUMERS)
                    .with(kills, LEAST, AWAY, overOrEnded(site.client()));
        }
    }

    @Test
    void nodesHaveAFairShareAndComeAndGoWhileTheyWork(@TempDir Path directory) throws Exception {
        List<String> ids = NodeBatches.ids(600);
        try (CountingProvider provider = new CountingProvider(Duration.ofMillis(150));
                QueueSite site = new QueueSite(directory, provider, 4, 1)) {
            for (String name : names(3)) {
                site.add(name);
            }
            NodeBatches client = site.client();
            String shared = client.create(NodeBatches.body("chat/x", ids));
            client.awaitEnd(shared, END);
            List<Integer> shares = names(3).stream().map(provider::callsOf).toList();
            System.out.println("queue, 3 nodes: " + shares + " of " + ids.size() + " calls");
            assertTrue(shares.stream().allMatch(share -> share > ids.size() / 3 / 3), shares.toString());
            assertEquals(ids.size(), provider.calls(), "calls");
            assertAllSucceeded(ids, client.results(shared));

            String moved = client.create(NodeBatches.body("chat/x", ids));
            Awaitility.await("work").atMost(END).until(() -> provider.calls() > ids.size() * 5 / 4);
            provider.delay(Duration.ofSeconds(5)); // something is to be left when it has started
            site.add("node-4");
            provider.delay(Duration.ofMillis(150));
            site.remove("node-3");
            client.awaitEnd(moved, END);
            assertTrue(provider.callsOf("node-4") > 0, "the new node has worked");
            assertAllSucceeded(ids, client.results(moved));
        }
    }

    /** With one attempt for each request, none of which may be lost by a node's end. */
    @Test
    void aNodeThatLeavesGivesBackWhatItIsAt(@TempDir Path directory) throws Exception {
        List<String> ids = NodeBatches.ids(60);
        try (CountingProvider provider = new CountingProvider(Duration.ofMillis(50));
                QueueSite site = new QueueSite(directory, provider, 4, 1)) {
            site.add("node-1");
            site.add("node-2");
            provider.beSilentFor("node-2");
            NodeBatches client = site.client();
            String batch = client.create(NodeBatches.body("chat/x", ids));
            Awaitility.await("node-2 is busy").atMost(END).until(() -> provider.callsOf("node-2") == 4);
            site.remove("node-2");
            client.awaitEnd(batch, END);
            assertAllSucceeded(ids, client.results(batch));
            assertEquals(ids.size() + 4, provider.calls(), "only what was given back was asked again");
            assertEquals(0, client.deadLetters().size());
        }
    }

    /** A database that is away makes no attempt of a delivery that cannot even be looked up. */
    @Test
    void aDatabaseThatIsAwayUsesUpNoAttempts(@TempDir Path directory) throws Exception {
        List<String> ids = NodeBatches.ids(100);
        try (CountingProvider provider = new CountingProvider(Duration.ofMillis(200));
                QueueSite site = new QueueSite(directory, provider, 4, 2)) {
            site.add("node-1");
            NodeBatches client = site.client();
            String batch = client.create(NodeBatches.body("chat/x", ids));
            Awaitility.await("work").atMost(END).until(() -> provider.calls() > 20);
            site.database().kill();
            Thread.sleep(15_000); // more deliveries than attempts, each of which waits for a connection
            site.database().restart();
            client.awaitEnd(batch, END);
            assertAllSucceeded(ids, client.results(batch));
            assertTrue(provider.calls() <= ids.size() + 4, "calls: " + provider.calls());
        }
    }

    private static List<String> names(int nodes) {
        return IntStream.rangeClosed(1, nodes).mapToObj(i -> "node-" + i).toList();
    }

    private static void assertAllSucceeded(List<String> ids, Map<String, JsonNode> results) {
        assertEquals(Map.of("succeeded", (long) ids.size()), NodeBatches.types(results));
    }
}
