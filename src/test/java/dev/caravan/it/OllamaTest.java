package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that speaks Ollama's own API over real sockets: live in the API's events, and its faults in the API's errors. */
class OllamaTest extends GatewayTest {
    private static final String DONE = "{\"model\":\"q\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
            + "\"done_reason\":\"stop\",\"prompt_eval_count\":30,\"eval_count\":9}\n";

    @Override
    protected String config() {
        return """
            providers:
              home: { dialect: ollama, base-url: "%s", api-key: upstream-key-0123456789, options: { num_ctx: 8192 } }
              brief: { dialect: ollama, base-url: "%s", timeouts: { idle: 400ms } }
            models:
              - { match: "claude-*", to: "home/qwen3:8b" }
            """;
    }

    private static String text(String text) {
        return "{\"model\":\"q\",\"created_at\":\"2026-08-21T10:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\""
                + text + "\"},\"done\":false}\n";
    }

    private static UpstreamCall head(UpstreamCall call) throws IOException {
        return call.send("HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    private WireReply stream(RawClient client, String model) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming(model)).head();
        assertEquals(200, reply.status());
        return reply;
    }

    private Said whole(ScriptedUpstream.Script script) throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            return EventGrammar.wholeStream(frames(stream(client, "claude-x").events()));
        }
    }

    private void assertEndsInError(String type, String words, String model, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            Said said = EventGrammar.failedStream(frames(stream(client, model).events()));
            assertEquals(type, said.error().path("type").asText());
            assertTrue(said.error().path("message").asText().contains(words), said.error().toString());
        }
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles());
    }

    @Test
    void everyTokenArrivesWhileTheNextOneIsHeldBack() throws IOException {
        Semaphore read = new Semaphore(0);
        upstream.script(call -> {
            head(call);
            for (int i = 0; i < 20; i++) {
                call.chunk(text("token " + i));
                assertTrue(read.tryAcquire(30, TimeUnit.SECONDS), "token " + i + " has not arrived");
            }
            call.chunk(DONE).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "claude-x");
            assertEquals("message_start", reply.event().name());
            assertEquals("content_block_start", reply.event().name());
            for (int i = 0; i < 20; i++) {
                assertEquals("token " + i, reply.event().json().path("delta").path("text").asText());
                read.release();
            }
            assertEquals(List.of("content_block_stop", "message_delta", "message_stop"),
                    reply.events().stream().map(WireEvent::name).toList());
        }
        WireRequest request = upstream.call().request();
        assertEquals("/api/chat", request.path());
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertEquals("{\"model\":\"qwen3:8b\",\"stream\":true,\"truncate\":false,\"shift\":false,"
                + "\"options\":{\"num_ctx\":8192,\"num_predict\":64},\"messages\":[{\"role\":\"user\",\"content\":\""
                + Wire.PROMPT + "\"}]}", request.text());
        assertTrue(gateway.log().accessLine().contains(" in=30 out=9 "), gateway.log().accessLine());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void piecesOfAnySizeAndCharactersCutAnywhere(int size) throws IOException {
        String text = "Grüße 你好 🎉";
        byte[] bytes = (text(text) + DONE).getBytes(StandardCharsets.UTF_8);
        Said said = whole(call -> {
            head(call);
            for (int at = 0; at < bytes.length; at += size) {
                call.chunk(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
            }
            call.lastChunk();
        });
        assertEquals(List.of(Block.text(text)), said.blocks());
    }

    @Test
    void anUpstreamThatKeepsItsConnectionOpenDoesNotKeepTheClientWaiting() throws IOException {
        Said said = whole(call -> head(call).chunk(text("x") + DONE).awaitClientClosed());
        assertEquals("end_turn", said.stopReason());
        Patience.await("the connection is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void aWholeMessage() throws IOException {
        upstream.script(call -> call.json(DONE.replace("\"content\":\"\"", "\"content\":\"" + Wire.ANSWER + "\"")));
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("claude-x")).reply().json();
            assertEquals(Wire.ANSWER, message.path("content").get(0).path("text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
            assertEquals(30, message.path("usage").path("input_tokens").asInt());
        }
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole(upstream.script()).blocks(),
                "also when a stream was asked for");
    }

    @Test
    void brokenOffWithoutAnEnd() throws IOException {
        assertEndsInError("api_error", "ended", "claude-x", call -> head(call).chunk(text(Wire.ANSWER)).lastChunk());
        upstream.reset();
        assertEndsInError("api_error", "broke", "claude-x", call -> head(call).chunk(text(Wire.ANSWER)).close());
    }

    @Test
    void anErrorInTheMidst() throws IOException {
        assertEndsInError("api_error", "runner has terminated", "claude-x",
                call -> head(call).chunk(text(Wire.ANSWER) + "{\"error\":\"runner has terminated\"}\n").lastChunk());
    }

    @Test
    void garbage() throws IOException {
        assertEndsInError("api_error", "no JSON", "claude-x",
                call -> head(call).chunk(text(Wire.ANSWER) + "<html>\n" + DONE).lastChunk());
    }

    @Test
    void silence() throws IOException {
        assertEndsInError("timeout_error", "provider brief was silent", "brief/x",
                call -> head(call).chunk(text(Wire.ANSWER)).awaitClientClosed());
        Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void aClientThatLeaves() throws IOException {
        upstream.script(call -> head(call).chunk(text(Wire.ANSWER)).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            assertEquals("message_start", stream(client, "claude-x").event().name());
        }
        Patience.await("the upstream's connection is closed")
                .until(() -> upstream.call().clientClosed().getCount() == 0);
        assertTrue(gateway.log().accessLine().endsWith(" cancelled=true"), gateway.log().accessLine());
    }

    @ParameterizedTest
    @CsvSource({"400, 400, invalid_request_error", "401, 502, api_error", "403, 502, api_error",
            "404, 404, not_found_error", "429, 429, rate_limit_error", "500, 500, api_error",
            "503, 529, overloaded_error", "307, 502, api_error"})
    void aFailureBeforeTheFirstTokenKeepsItsStatusAndWords(int from, int status, String type) throws IOException {
        String json = "{\"error\":\"model 'qwen3:8b' not found, says " + Wire.UPSTREAM_KEY + "\"}";
        for (String body : List.of(json, "<html>sorry</html>", "")) {
            upstream.script(call -> call.reply(from + " Whatever", "application/json", body, "retry-after: 7"));
            for (String request : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
                try (RawClient client = gateway.connect()) {
                    WireReply reply = client.post("/v1/messages", request).reply();
                    assertEquals(status, reply.status(), reply.text());
                    assertEquals(type, reply.json().path("error").path("type").asText());
                    assertEquals("7", reply.header("retry-after"));
                    assertFalse(reply.text().contains(Wire.UPSTREAM_KEY), reply.text());
                    if (body.equals(json) && status != 502) {
                        assertTrue(reply.text().contains("model 'qwen3:8b' not found"), reply.text());
                    }
                }
            }
        }
    }

    @Test
    void anImageToBeFetchedIsRefusedBeforeOllamaIsAsked() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages",
                    "{\"model\":\"claude-x\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\","
                            + "\"source\":{\"type\":\"url\",\"url\":\"http://x/i.png\"}}]}]}")
                    .reply();
            assertEquals(400, reply.status());
            assertEquals(
                    "messages.0.content.0.source: an image to be fetched from a URL cannot be sent to provider home",
                    reply.json().path("error").path("message").asText());
        }
        assertEquals(0, upstream.calls().size());
    }
}
