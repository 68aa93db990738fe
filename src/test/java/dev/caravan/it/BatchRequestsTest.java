package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of each request of a batch: a mistake in one is the result of that one. */
class BatchRequestsTest extends BatchTest {
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}]}";

    private static String ok(String customId) {
        return request(customId, Wire.request("claude-x"));
    }

    private static void assertErrored(JsonNode result, String type, String message) {
        assertEquals(List.of("type", "error"), Json.names(result), result::toString);
        assertEquals("errored", result.path("type").asText());
        JsonNode envelope = result.path("error");
        assertEquals(List.of("type", "error", "request_id"), Json.names(envelope), envelope::toString);
        assertEquals("error", envelope.path("type").asText());
        assertEquals(type, envelope.at("/error/type").asText(), envelope::toString);
        assertTrue(envelope.at("/error/message").asText().startsWith(message), envelope::toString);
        assertTrue(envelope.path("request_id").asText().startsWith("req_"), envelope::toString);
    }

    @Test
    void mistakesAreTheResultOfTheirRequest() throws IOException {
        upstream.script(Wire::answer);
        BatchClient client = client(KEY);
        String id = client.create(ok("good-1"), request("empty", "{}"),
                request("no-messages", "{\"model\":\"claude-x\",\"max_tokens\":5}"),
                request("unknown-model", Wire.request("nobody-knows-it")),
                request("no-model", "{\"max_tokens\":5," + MESSAGES),
                request("stream", Wire.streaming("claude-x")),
                request("stream-false", "{\"model\":\"claude-x\",\"max_tokens\":5,\"stream\":false," + MESSAGES),
                request("no-output", "{\"model\":\"claude-x\",\"max_tokens\":0," + MESSAGES),
                request("no-max-tokens", "{\"model\":\"claude-x\"," + MESSAGES),
                request("speed", "{\"model\":\"claude-x\",\"max_tokens\":5,\"speed\":\"fast\"," + MESSAGES),
                request("role",
                        "{\"model\":\"claude-x\",\"max_tokens\":5,\"messages\":[{\"role\":\"nobody\",\"content\":1}]}"),
                ok("good-2"));
        JsonNode ended = client.awaitEnded(id);
        assertEquals("{\"processing\":0,\"succeeded\":3,\"errored\":9,\"canceled\":0,\"expired\":0}",
                ended.path("request_counts").toString());
        Map<String, JsonNode> results = client.results(id);
        for (String good : List.of("good-1", "good-2", "stream-false")) {
            assertEquals("succeeded", results.get(good).path("type").asText(), good);
        }
        String invalid = "invalid_request_error";
        assertErrored(results.get("empty"), invalid, "model: ");
        assertErrored(results.get("no-messages"), invalid, "messages: ");
        assertErrored(results.get("unknown-model"), "not_found_error", "model: nobody-knows-it");
        assertErrored(results.get("no-model"), invalid, "model: ");
        assertErrored(results.get("stream"), invalid, "stream: ");
        assertErrored(results.get("no-output"), invalid, "max_tokens: ");
        assertErrored(results.get("no-max-tokens"), invalid, "max_tokens: ");
        assertErrored(results.get("speed"), invalid, "speed: ");
        assertErrored(results.get("role"), invalid, "messages.0.");
        assertEquals(3, upstream.calls().size(), "nobody is asked with a mistake");
    }

    @Test
    void largeRequestsAndLargeAnswers() throws IOException {
        String large = "x".repeat(3 << 20);
        upstream.script(call -> call.json(Wire.MESSAGE.replace("1.50e1", "\"" + large + "\"")));
        BatchClient client = client(KEY);
        String params = Wire.request("claude-x").replace(Wire.PROMPT, Wire.PROMPT + large);
        String id = client.create(request("large", params), ok("small"));
        client.awaitEnded(id);
        Map<String, String> lines = client.lines(id);
        for (String line : lines.values()) {
            assertTrue(line.contains("\"new_field\":\"" + large + "\","));
        }
        assertTrue(upstream.calls().stream().anyMatch(call -> call.request().text().equals(params)));
    }

    @Test
    void aClientThatLeavesInTheMiddleOfTheResultsDoesNoHarm() throws Exception {
        String large = "x".repeat(2 << 20);
        upstream.script(call -> call.json(Wire.MESSAGE.replace("1.50e1", "\"" + large + "\"")));
        BatchClient client = client(KEY);
        String id = client
                .create(IntStream.range(0, 30).mapToObj(i -> ok("r" + i)).toArray(String[]::new));
        client.awaitEnded(id);
        gateway.log().clear();
        try (RawClient leaver = RawClient.connect(gateway.port(), 64 * 1024)) {
            WireReply reply = leaver.get(path(id) + "/results", client.withKey()).head();
            assertEquals(200, reply.status());
            for (int i = 0; i < 1_000; i++) {
                reply.read();
            }
        }
        String line = gateway.log().accessLine();
        assertTrue(line.endsWith(" cancelled=true"), line);
        assertEquals(List.of(), gateway.log().troubles(), "a client that leaves is no trouble");
        assertEquals(30, client.lines(id).size(), "the store is as it was");
    }

    @Test
    void whatAnotherDialectSaysIsTranslated() throws IOException {
        upstream.script(call -> call
                .json(ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}", "stop")));
        BatchClient client = client(KEY);
        String id = client.create(request("a", Wire.request("alias")));
        client.awaitEnded(id);
        JsonNode message = client.results(id).get("a").path("message");
        assertEquals("message", message.path("type").asText(), message::toString);
        assertEquals("alias", message.path("model").asText());
        assertEquals(Wire.ANSWER, message.at("/content/0/text").asText());
        assertEquals("end_turn", message.path("stop_reason").asText());
    }

    @Test
    void aProviderThatRefusesIsNotAskedAgain() throws IOException {
        upstream.script(call -> call.reply("400 Bad Request", "application/json",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"too hot\"},"
                        + "\"request_id\":\"req_up\"}"));
        BatchClient client = client(KEY);
        String id = client.create(ok("a"));
        client.awaitEnded(id);
        JsonNode error = client.results(id).get("a").at("/error/error");
        assertEquals("{\"type\":\"invalid_request_error\",\"message\":\"too hot\"}", error.toString());
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void whatMayPassIsTriedAgainAndThenGivenUp() throws IOException {
        Map<String, Integer> asked = new ConcurrentHashMap<>();
        upstream.script(call -> {
            String model = Json.read(call.request().text()).path("model").asText();
            int times = asked.merge(model, 1, Integer::sum);
            if (model.equals("claude-broken")) {
                call.reply("500 Oops", "text/plain", "oops");
            } else if (model.equals("claude-busy") && times <= 2 * ATTEMPTS) {
                call.reply("429 Slow", "application/json", "{\"type\":\"error\",\"error\":{\"type\":"
                        + "\"rate_limit_error\",\"message\":\"slow down\"}}");
            } else if (model.equals("claude-shaky") && times < ATTEMPTS) {
                call.reset();
            } else {
                Wire.answer(call);
            }
        });
        BatchClient client = client(KEY);
        String id = client.create(request("broken", Wire.request("claude-broken")),
                request("busy", Wire.request("claude-busy")), request("shaky", Wire.request("claude-shaky")));
        JsonNode ended = client.awaitEnded(id);
        assertEquals(2, ended.at("/request_counts/succeeded").asInt(), ended::toString);
        assertErrored(client.results(id).get("broken"), "api_error", "");
        assertEquals(Map.of("claude-broken", ATTEMPTS, "claude-busy", 2 * ATTEMPTS + 1, "claude-shaky", ATTEMPTS),
                asked);
    }
}
