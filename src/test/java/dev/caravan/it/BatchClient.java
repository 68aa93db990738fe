package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A client of the Message Batches API on raw sockets. */
final class BatchClient {
    static final String BATCHES = "/v1/messages/batches";

    /** Queued work is looked at some times a second, and there may be much of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;
    private final String key;

    BatchClient(int port, String key) {
        this.port = port;
        this.key = key;
    }

    WireReply ask(String method, String path, String... headers) throws IOException {
        try (RawClient client = RawClient.connect(port)) {
            return client.request(method, path, withKey(headers)).reply();
        }
    }

    WireReply get(String path, String... headers) throws IOException {
        return ask("GET", path, headers);
    }

    WireReply post(String path, byte[] body, String... headers) throws IOException {
        try (RawClient client = RawClient.connect(port)) {
            return client.post(path, body, withKey(headers)).reply();
        }
    }

    WireReply post(String path, String body, String... headers) throws IOException {
        return post(path, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), headers);
    }

    String[] withKey(String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("x-api-key: " + key);
        return all.toArray(String[]::new);
    }

    /** Makes a batch of these requests, and returns its id. */
    String create(String... requests) throws IOException {
        return ok(post(BATCHES, BatchTest.batch(requests))).path("id").asText();
    }

    JsonNode retrieve(String id) throws IOException {
        return ok(get(BatchTest.path(id)));
    }

    JsonNode cancel(String id) throws IOException {
        return ok(post(BatchTest.path(id) + "/cancel", ""));
    }

    JsonNode list(String query) throws IOException {
        return ok(get(BATCHES + query));
    }

    /** How many requests have a result, as the header of a reply tells it: {@code 1/2}. */
    String progress(String id) throws IOException {
        return get(BatchTest.path(id)).header("caravan-progress");
    }

    void awaitProgress(String id, String progress) {
        Patience.await("progress " + progress).atMost(PATIENCE).until(() -> progress(id), progress::equals);
    }

    JsonNode awaitEnded(String id) {
        Predicate<JsonNode> ended = batch -> batch.path("processing_status").asText().equals("ended");
        return Patience.await(id + " has ended").atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .until(() -> retrieve(id), ended);
    }

    /** The lines of the results, each by its custom_id. */
    Map<String, String> lines(String id) throws IOException {
        WireReply reply = get(BatchTest.path(id) + "/results");
        assertEquals(200, reply.status(), reply.text());
        Map<String, String> lines = new HashMap<>();
        for (String line : reply.text().split("\n")) {
            assertNull(lines.put(Json.read(line).path("custom_id").asText(), line), "twice: " + line);
        }
        return lines;
    }

    /** The results, each by its custom_id. */
    Map<String, JsonNode> results(String id) throws IOException {
        Map<String, JsonNode> results = new HashMap<>();
        lines(id).forEach((customId, line) -> results.put(customId, Json.read(line).path("result")));
        return results;
    }

    static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("data").forEach(batch -> ids.add(batch.path("id").asText()));
        return ids;
    }

    /** The error of a reply in the API's envelope. */
    static JsonNode error(WireReply reply, int status, String type) throws IOException {
        assertEquals(status, reply.status(), reply.text());
        JsonNode json = reply.json();
        assertEquals("error", json.path("type").asText());
        assertEquals(reply.header("request-id"), json.path("request_id").asText());
        assertEquals(type, json.at("/error/type").asText());
        return json.path("error");
    }

    private static JsonNode ok(WireReply reply) throws IOException {
        assertEquals(200, reply.status(), reply.text());
        return reply.json();
    }
}
