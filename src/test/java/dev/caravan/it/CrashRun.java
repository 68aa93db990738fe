package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** One batch, during which things die; then it goes on to its end, and every request has its one answer. */
final class CrashRun {
    private static final Duration MOST = Duration.ofMinutes(4);

    private final String lane;
    private final long seed;
    private final CountingProvider provider;
    private final NodeBatches client;
    private final List<String> ids;
    private final int consumers;

    /**
     * @param lane      what it is called in the summary
     * @param consumers how many calls the installation makes at a time
     */
    CrashRun(String lane, long seed, CountingProvider provider, NodeBatches client, int requests, int consumers) {
        this.lane = lane;
        this.seed = seed;
        this.provider = provider;
        this.client = client;
        this.ids = NodeBatches.ids(requests);
        this.consumers = consumers;
    }

    /** Runs it all, checks it and prints the summary. */
    void with(Kills kills, Duration least, Duration away, Predicate<String> stop) throws Exception {
        long begin = System.nanoTime();
        String batch = client.create(NodeBatches.body("chat/x", ids));
        kills.run(least, away, () -> stop.test(batch));
        JsonNode end = client.awaitEnd(batch, MOST);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        Map<String, JsonNode> results = client.results(batch);
        int extra = provider.calls() - ids.size();
        System.out.printf("%s: seed %d, kills %s, %d calls, %d of them extra, %d results %s, %.1f s%n", lane, seed,
                kills, provider.calls(), extra, results.size(), NodeBatches.types(results), millis / 1000.0);
        assertEquals(new HashSet<>(ids), results.keySet());
        assertEquals(Map.of("succeeded", (long) ids.size()), NodeBatches.types(results));
        assertEquals(ids.size(), end.path("request_counts").path("succeeded").asInt());
        for (String id : ids) {
            assertEquals("answer " + id,
                    results.get(id).path("message").path("content").path(0).path("text").asText());
            assertTrue(provider.calls(id) > 0, id);
        }
        assertTrue(kills.total() > 0, "nothing was killed");
        assertTrue(extra <= kills.total() * consumers, extra + " calls were made again");
    }
}
