package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A client of the Message Batches API, one connection for each call, that lives on when its gateway does not. */
final class NodeBatches {
    static final String BATCHES = "/v1/messages/batches";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final IntSupplier port;

    /** @param port where the gateway listens at the time */
    NodeBatches(IntSupplier port) {
        this.port = port;
    }

    /** The custom ids {@code r-0}, {@code r-1}, … */
    static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "r-" + i).toList();
    }

    /** The body of a batch that asks the model one question for each id. */
    static String body(String model, List<String> ids) {
        return ids.stream().map(id -> request(model, id)).collect(Collectors.joining(",", "{\"requests\":[", "]}"));
    }

    static String request(String model, String id) {
        return "{\"custom_id\":\"" + id + "\",\"params\":{\"model\":\"" + model + "\",\"max_tokens\":64,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"question " + id + "\"}]}}";
    }

    /** Makes a batch, and answers its id. */
    String create(String body) throws IOException {
        WireReply reply = post(BATCHES, body);
        assertEquals(200, reply.status(), reply::toString);
        return reply.json().path("id").asText();
    }

    WireReply post(String path, String body) throws IOException {
        try (RawClient client = RawClient.connect(port.getAsInt())) {
            return client.post(path, body).reply();
        }
    }

    WireReply get(String path) throws IOException {
        return ask("GET", path);
    }

    WireReply ask(String method, String path) throws IOException {
        try (RawClient client = RawClient.connect(port.getAsInt())) {
            return client.request(method, path).reply();
        }
    }

    WireReply cancel(String batch) throws IOException {
        return post(BATCHES + "/" + batch + "/cancel", "");
    }

    WireReply delete(String batch) throws IOException {
        return ask("DELETE", BATCHES + "/" + batch);
    }

    JsonNode retrieve(String batch) throws IOException {
        WireReply reply = get(BATCHES + "/" + batch);
        if (reply.status() != 200) {
            throw new IOException("status " + reply.status());
        }
        return reply.json();
    }

    boolean ended(String batch) {
        try {
            return retrieve(batch).path("processing_status").asText().equals("ended");
        } catch (IOException e) {
            return false; // just then it was killed
        }
    }

    /** Waits for the end of a batch, and answers what the gateway says of it then. */
    JsonNode awaitEnd(String batch, Duration most) throws IOException {
        Awaitility.await("the batch has ended").atMost(most).pollInterval(Duration.ofMillis(50))
                .until(() -> ended(batch));
        return retrieve(batch);
    }

    /** The results of a batch by custom id; more than one is a failure. */
    Map<String, JsonNode> results(String batch) throws IOException {
        WireReply reply = get(BATCHES + "/" + batch + "/results");
        assertEquals(200, reply.status(), reply::toString);
        Map<String, JsonNode> results = new HashMap<>();
        List<String> twice = new ArrayList<>();
        for (String line : reply.text().lines().toList()) {
            JsonNode result = JSON.readTree(line);
            if (results.put(result.path("custom_id").asText(), result.path("result")) != null) {
                twice.add(line);
            }
        }
        assertEquals(List.of(), twice, "results that came twice");
        return results;
    }

    /** How many results there are of each type. */
    static Map<String, Long> types(Map<String, JsonNode> results) {
        return results.values().stream()
                .collect(Collectors.groupingBy(result -> result.path("type").asText(), Collectors.counting()));
    }

    JsonNode deadLetters() throws IOException {
        return get("/admin/dead-letters").json().path("data");
    }

    WireReply retry(String letter) throws IOException {
        return post("/admin/dead-letters/" + letter + "/retry", "");
    }
}
