package dev.caravan.it;

import static dev.caravan.it.BatchClient.BATCHES;
import static dev.caravan.it.BatchClient.error;
import static dev.caravan.it.BatchClient.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose batches there are, and who may look after queues. */
class BatchOwnersTest extends BatchTest {

    @Test
    void eachKeySeesItsOwn() throws IOException {
        upstream.script(Wire::answer);
        BatchClient one = client(KEY);
        BatchClient two = client(OTHER_KEY);
        String ofOne = one.create(request("a", Wire.request("claude-x")));
        String ofTwo = two.create(request("a", Wire.request("claude-x")));
        one.awaitEnded(ofOne);
        two.awaitEnded(ofTwo);
        assertEquals(List.of(ofOne), ids(one.list("")));
        assertEquals(List.of(ofTwo), ids(two.list("")));

        for (BatchClient stranger : List.of(two, client(ADMIN_KEY))) {
            for (WireReply reply : List.of(stranger.get(path(ofOne)), stranger.get(path(ofOne) + "/results"),
                    stranger.post(path(ofOne) + "/cancel", ""), stranger.ask("DELETE", path(ofOne)))) {
                assertEquals("there is no batch \"" + ofOne + "\"",
                        error(reply, 404, "not_found_error").path("message").asText());
            }
            for (String query : List.of("?after_id=", "?before_id=")) {
                assertEquals(error(stranger.get(BATCHES + query + "msgbatch_nobody"), 400, "invalid_request_error")
                        .toString().replace("msgbatch_nobody", ofOne),
                        error(stranger.get(BATCHES + query + ofOne), 400, "invalid_request_error").toString());
            }
        }
        assertEquals("ended", one.retrieve(ofOne).path("processing_status").asText(), "nobody has deleted it");
        assertEquals(1, one.lines(ofOne).size());
    }

    @ParameterizedTest
    @CsvSource({"POST, /v1/messages/batches", "GET, /v1/messages/batches", "GET, /v1/messages/batches/msgbatch_1",
            "DELETE, /v1/messages/batches/msgbatch_1", "POST, /v1/messages/batches/msgbatch_1/cancel",
            "GET, /v1/messages/batches/msgbatch_1/results", "GET, /admin/queues", "GET, /admin/dead-letters",
            "POST, /admin/queues/http/pause", "POST, /admin/drain"})
    void withoutAKeyThereIsNothing(String method, String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            error(client.request(method, path).reply(), 401, "authentication_error");
            error(client.request(method, path, "x-api-key: wrong-key-0123456789").reply(), 401,
                    "authentication_error");
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /admin/queues", "GET, /admin/dead-letters", "POST, /admin/dead-letters/1/retry",
            "DELETE, /admin/dead-letters/1", "POST, /admin/queues/http/pause", "POST, /admin/queues/http/resume",
            "GET, /admin/drain", "POST, /admin/drain", "DELETE, /admin/drain"})
    void anOrdinaryKeyDoesNotOpenTheDoorsOfOperators(String method, String path) throws IOException {
        JsonNode error = error(client(KEY).ask(method, path), 403, "permission_error");
        assertTrue(error.path("message").asText().contains("admin: true"), error::toString);
        JsonNode queues = client(ADMIN_KEY).get("/admin/queues").json();
        assertEquals(List.of("exec", "http"), queues.path("data").findValuesAsText("name"));
        assertEquals(List.of("false", "false"), queues.path("data").findValuesAsText("paused"));
        assertEquals("{\"draining\":false,\"in_hand\":0}", client(ADMIN_KEY).get("/admin/drain").text());
    }

    @ParameterizedTest
    @CsvSource({"POST, /admin/queues/gpu/pause, 404, not_found_error",
            "POST, /admin/dead-letters/7/retry, 404, not_found_error",
            "DELETE, /admin/dead-letters/x, 404, not_found_error",
            "GET, /admin/dead-letters?limit=0, 400, invalid_request_error",
            "GET, /admin/dead-letters?after_id=x, 400, invalid_request_error",
            "PUT, /admin/queues, 405, invalid_request_error",
            "GET, /admin/queues/http/pause, 405, invalid_request_error", "GET, /admin, 404, not_found_error"})
    void operatorsMakeMistakes(String method, String path, int status, String type) throws IOException {
        error(client(ADMIN_KEY).ask(method, path), status, type);
    }
}
