package dev.caravan.it;

import static dev.caravan.it.BatchClient.BATCHES;
import static dev.caravan.it.BatchClient.error;
import static dev.caravan.it.BatchClient.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.queue.batch.CreateBatch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of batches, as clients see it. */
class BatchesTest extends BatchTest {
    private static final String HELD = "claude-held";
    private static final String SUCCEEDED = "{\"custom_id\":\"%s\",\"result\":{\"type\":\"succeeded\",\"message\":"
            + Wire.MESSAGE.strip() + "}}";

    private String ok(String customId) {
        return request(customId, Wire.request("claude-x"));
    }

    private String held(String customId) {
        return request(customId, Wire.request(HELD));
    }

    /** A batch with its id and times put in the place of themselves. */
    private static String shape(JsonNode batch) {
        return batch.toString().replace(batch.path("id").asText(), "ID").replaceAll(
                "\"[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z\"", "TIME");
    }

    @Test
    void theWholeLife() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        upstream.script(call -> {
            if (call.request().text().contains(HELD)) {
                call.await(answer);
            }
            Wire.answer(call);
        });
        BatchClient client = client(KEY);

        WireReply reply = client.post(BATCHES, batch(ok("first"), held("second_-9")));
        assertEquals(200, reply.status(), reply.text());
        assertEquals("application/json", reply.header("content-type"));
        JsonNode created = reply.json();
        String id = created.path("id").asText();
        assertTrue(id.matches("msgbatch_[A-Za-z0-9]{20,}"), id);
        String running = """
            {"id":"ID","type":"message_batch","processing_status":"in_progress","request_counts":{"processing":2,\
            "succeeded":0,"errored":0,"canceled":0,"expired":0},"created_at":TIME,"expires_at":TIME,"ended_at":null,\
            "cancel_initiated_at":null,"archived_at":null,"results_url":null}""";
        assertEquals(running, shape(created));
        assertEquals(Instant.parse(created.path("created_at").asText()).plus(Duration.ofHours(24)),
                Instant.parse(created.path("expires_at").asText()));

        client.awaitProgress(id, "1/2");
        assertEquals(running, shape(client.retrieve(id)), "counts are told at the end");

        answer.countDown();
        JsonNode ended = client.awaitEnded(id);
        assertEquals(
                """
                    {"id":"ID","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,\
                    "succeeded":2,"errored":0,"canceled":0,"expired":0},"created_at":TIME,"expires_at":TIME,"ended_at":TIME,\
                    "cancel_initiated_at":null,"archived_at":null,"results_url":"http://caravan/v1/messages/batches/ID/results"}""",
                shape(ended));
        assertEquals("2/2", client.progress(id));

        WireReply results = client.get(path(id) + "/results");
        assertEquals("application/x-jsonl", results.header("content-type"));
        assertTrue(results.text().endsWith("\n"));
        assertEquals(Set.of(SUCCEEDED.formatted("first"), SUCCEEDED.formatted("second_-9")),
                Set.of(results.text().split("\n")), "the provider's own bytes");

        WireReply deleted = client.ask("DELETE", path(id));
        assertEquals("{\"id\":\"" + id + "\",\"type\":\"message_batch_deleted\"}", deleted.text());
        for (WireReply gone : List.of(client.get(path(id)), client.get(path(id) + "/results"),
                client.post(path(id) + "/cancel", ""), client.ask("DELETE", path(id)))) {
            assertEquals("there is no batch \"" + id + "\"",
                    error(gone, 404, "not_found_error").path("message").asText());
        }
    }

    @Test
    void pagesBothWays() throws IOException {
        upstream.script(Wire::answer);
        BatchClient client = client(LISTING_KEY);
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 45; i++) {
            newestFirst.addFirst(client.create(ok("r")));
        }
        JsonNode usual = client.list("");
        assertEquals(newestFirst.subList(0, 20), ids(usual));
        assertEquals(List.of("data", "has_more", "first_id", "last_id"), Json.names(usual));
        assertEquals(shape(client.awaitEnded(newestFirst.getFirst())), shape(client.list("?limit=1").at("/data/0")));
        for (int limit : new int[]{1, 7, 15, 44, 45, 46, 1000}) {
            assertEquals(newestFirst, forward(client, limit), "limit " + limit);
            assertEquals(newestFirst.subList(0, 44), backward(client, limit, newestFirst.getLast()), "limit " + limit);
        }
        JsonNode behind = client.list("?after_id=" + newestFirst.getLast());
        assertEquals("{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}", behind.toString());
        newestFirst.forEach(client::awaitEnded);
    }

    private static List<String> forward(BatchClient client, int limit) throws IOException {
        JsonNode page = client.list("?limit=" + limit);
        List<String> all = new ArrayList<>(ids(page));
        while (page.path("has_more").asBoolean()) {
            assertEquals(limit, page.path("data").size());
            assertEquals(all.getLast(), page.path("last_id").asText());
            page = client.list("?limit=" + limit + "&after_id=" + page.path("last_id").asText());
            all.addAll(ids(page));
        }
        return all;
    }

    private static List<String> backward(BatchClient client, int limit, String last) throws IOException {
        List<String> all = new ArrayList<>();
        String before = last;
        boolean more = true;
        while (more) {
            JsonNode page = client.list("?limit=" + limit + "&before_id=" + before);
            assertEquals(ids(page).getFirst(), page.path("first_id").asText());
            all.addAll(0, ids(page));
            before = page.path("first_id").asText();
            more = page.path("has_more").asBoolean();
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"limit=0, limit", "limit=1001, limit", "limit=x, limit", "after_id=msgbatch_no, after_id",
            "before_id=msgbatch_no, before_id", "after_id=a&before_id=b, before_id"})
    void mistakesInTheQueryAreNamed(String query, String field) throws IOException {
        String message = error(client(KEY).get(BATCHES + "?" + query), 400, "invalid_request_error").path("message")
                .asText();
        assertTrue(message.startsWith(field + ": "), message);
    }

    @Test
    void aBatchIsCancelledAndKeepsWhatItHas() throws IOException {
        holds(HELD);
        BatchClient client = client(KEY);
        String[] requests = IntStream.range(0, 40).mapToObj(i -> i == 0 ? ok("r0") : held("r" + i))
                .toArray(String[]::new);
        String id = client.create(requests);
        client.awaitProgress(id, "1/40");
        Patience.await("calls are under way").until(() -> upstream.open() >= 4);

        JsonNode cancelled = client.cancel(id);
        assertEquals("canceling", cancelled.path("processing_status").asText());
        assertEquals(40, cancelled.at("/request_counts/processing").asInt());
        assertTrue(cancelled.path("results_url").isNull());
        JsonNode again = client.cancel(id);
        assertFalse(again.path("cancel_initiated_at").isNull());
        assertEquals(cancelled.path("cancel_initiated_at"), again.path("cancel_initiated_at"));

        JsonNode ended = client.awaitEnded(id);
        assertEquals("{\"processing\":0,\"succeeded\":1,\"errored\":0,\"canceled\":39,\"expired\":0}",
                ended.path("request_counts").toString());
        assertEquals(cancelled.path("cancel_initiated_at"), ended.path("cancel_initiated_at"));
        Map<String, String> lines = client.lines(id);
        assertEquals(40, lines.size());
        assertEquals(SUCCEEDED.formatted("r0"), lines.get("r0"));
        assertEquals("{\"custom_id\":\"r39\",\"result\":{\"type\":\"canceled\"}}", lines.get("r39"));
        Patience.await("what ran for it is stopped").until(
                () -> upstream.calls().stream().filter(call -> call.request().text().contains(HELD))
                        .allMatch(UpstreamCall::over));
        assertEquals(ended, client.cancel(id), "after the end there is nothing to cancel");
    }

    @Test
    void whatIsNotAnsweredInTimeExpires() throws IOException {
        holds(HELD);
        CreateBatch create = gateway.context().getRegistry().lookupByNameAndType("caravanCreateBatch",
                CreateBatch.class);
        BatchClient client = client(KEY);
        String id;
        create.setLife(Duration.ofSeconds(1));
        try {
            id = client.create(held("a"), held("b"));
        } finally {
            create.setLife(Duration.ofHours(24));
        }
        JsonNode ended = client.awaitEnded(id);
        assertEquals(2, ended.at("/request_counts/expired").asInt(), ended::toString);
        assertTrue(ended.path("cancel_initiated_at").isNull());
        assertEquals("{\"custom_id\":\"a\",\"result\":{\"type\":\"expired\"}}", client.lines(id).get("a"));
    }

    @Test
    void beforeItsEndABatchHasNoResultsAndIsNotDeleted() throws IOException {
        holds(HELD);
        BatchClient client = client(KEY);
        String id = client.create(held("a"));
        assertEquals("the batch " + id + " has no results yet; they are there when its processing_status is ended",
                error(client.get(path(id) + "/results"), 400, "invalid_request_error").path("message").asText());
        assertEquals(
                "the batch " + id + " has not ended; cancel it, and delete it when its processing_status is ended",
                error(client.ask("DELETE", path(id)), 400, "invalid_request_error").path("message").asText());
        assertEquals("in_progress", client.retrieve(id).path("processing_status").asText());
        client.cancel(id);
        client.awaitEnded(id);
        assertEquals(200, client.ask("DELETE", path(id)).status());
    }

    @Test
    void theProviderIsAskedAsTheClientAsked() throws IOException {
        upstream.script(Wire::answer);
        BatchClient client = client(KEY);
        JsonNode created = client.post(BATCHES + "?beta=true", batch(ok("a")), "anthropic-beta: one-2025-01-01",
                "anthropic-beta: two-2025-02-02,three", "anthropic-version: 2026-10-21").json();
        client.awaitEnded(created.path("id").asText());
        WireRequest request = upstream.call().request();
        assertEquals("one-2025-01-01,two-2025-02-02,three", request.header("anthropic-beta").replace(" ", ""));
        assertEquals("2026-10-21", request.header("anthropic-version"));
        assertEquals(Wire.UPSTREAM_KEY, request.header("x-api-key"));
        assertEquals(Wire.request("claude-x"), request.text());
        assertFalse(request.head().contains(KEY));
    }

    @Test
    void theQueryDoesNotMatter() throws IOException {
        upstream.script(Wire::answer);
        BatchClient client = client(KEY);
        String id = client.post(BATCHES + "?beta=true", batch(ok("a"))).json().path("id").asText();
        client.awaitEnded(id);
        // Neither a query nor a header takes the place of the id in the path.
        for (String query : List.of("?beta=true", "?id=msgbatch_other", "?id=a&id=b")) {
            assertEquals(id, client.get(path(id) + query, "id: msgbatch_other").json().path("id").asText(), query);
            assertEquals(200, client.get(path(id) + "/results" + query, "id: x").status(), query);
            assertEquals(200, client.post(path(id) + "/cancel" + query, "", "id: x").status(), query);
            assertEquals(200, client.get(BATCHES + query, "id: x").status(), query);
        }
        assertEquals(200, client.ask("DELETE", path(id) + "?beta=true", "id: x").status());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        x-forwarded-proto: https                                       | https://caravan
        x-forwarded-proto: https,x-forwarded-host: llm.example:8443     | https://llm.example:8443
        """)
    void theAddressOfTheResultsIsTheOneThatTheClientReaches(String headers, String url) throws IOException {
        upstream.script(Wire::answer);
        BatchClient client = client(KEY);
        String id = client.create(ok("a"));
        client.awaitEnded(id);
        String[] forwarded = headers.split(",");
        String expected = url + path(id) + "/results";
        assertEquals(expected, client.get(path(id), forwarded).json().path("results_url").asText());
        assertEquals(expected, client.post(path(id) + "/cancel", "", forwarded).json().path("results_url").asText());
        assertEquals(expected,
                client.get(BATCHES + "?limit=1", forwarded).json().at("/data/0/results_url").asText());
    }

    @Test
    void theAddressOfTheResultsIsTheConfiguredOne() throws IOException {
        upstream.script(Wire::answer);
        String yaml = config().replace("%s", upstream.url()).replace(directory.toString(),
                directory.resolve("other").toString());
        try (GatewayUnderTest other = GatewayUnderTest
                .start("server: { public-url: \"https://llm.example/team/\" }\n" + yaml)) {
            BatchClient client = new BatchClient(other.port(), KEY);
            String id = client.create(ok("a"));
            client.awaitEnded(id);
            assertEquals("https://llm.example/team" + path(id) + "/results",
                    client.get(path(id), "x-forwarded-host: b").json().path("results_url").asText());
        }
    }

    @ParameterizedTest
    @CsvSource({"PUT, '', 'GET, POST'", "DELETE, '', 'GET, POST'", "POST, /msgbatch_1, 'DELETE, GET'",
            "PATCH, /msgbatch_1, 'DELETE, GET'", "GET, /msgbatch_1/cancel, POST", "POST, /msgbatch_1/results, GET"})
    void anotherMethod(String method, String path, String allowed) throws IOException {
        WireReply reply = client(KEY).ask(method, BATCHES + path);
        error(reply, 405, "invalid_request_error");
        assertEquals(allowed, reply.header("allow"));
    }

    @ParameterizedTest
    @CsvSource({"GET, /msgbatch_1/nothing", "GET, /msgbatch_1/results/more", "POST, /msgbatch_1/cancel/more"})
    void anUnknownPath(String method, String path) throws IOException {
        error(client(KEY).ask(method, BATCHES + path), 404, "not_found_error");
    }
}
