package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that speaks Gemini's API, with all that can break there. */
class GeminiTest extends GatewayTest {
    @Override
    protected String config() {
        return """
            providers:
              google: { dialect: gemini, base-url: "%s/some/proxy", api-key: upstream-key-0123456789 }
              brief: { dialect: gemini, base-url: "%s", timeouts: { idle: 400ms } }
            models:
              - { match: "claude-*", to: "google/gemini-3-flash" }
            """;
    }

    private WireReply stream(RawClient client, String model) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming(model), "x-api-key: clients-own-key").head();
        assertEquals(200, reply.status());
        return reply;
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
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
            assertFalse(said.error().toString().contains(Wire.UPSTREAM_KEY));
            assertEquals(200, client.get("/health/live").reply().status(), "the connection is as good as before");
        }
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles());
    }

    private static UpstreamCall begin(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(GeminiWire.text(Wire.ANSWER));
    }

    @Test
    void aStream() throws IOException {
        Said said = whole(call -> begin(call).chunk(GeminiWire.parts(
                "[{\"functionCall\": {\"name\": \"f\",\"args\": {\"a\": 1}},\"thoughtSignature\": \"S\"}]"))
                .chunk(GeminiWire.end("STOP")).lastChunk());
        assertEquals("tool_use", said.stopReason());
        assertEquals(List.of("text", "thinking", "tool_use"), said.blocks().stream().map(Block::type).toList());
        assertEquals("{\"a\": 1}", said.blocks().get(2).content());
        assertEquals("caravan:gemini:next:S", said.blocks().get(1).signature());
        WireRequest request = upstream.call().request();
        assertEquals("POST /some/proxy/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse HTTP/1.1",
                request.line());
        assertEquals(Wire.UPSTREAM_KEY, request.header("x-goog-api-key"));
        assertEquals("application/json", request.header("content-type"));
        assertFalse(request.head().contains("clients-own-key"), request.head());
        assertFalse(request.head().toLowerCase(Locale.ROOT).contains("camel"), request.head());
        assertEquals(
                "{\"generationConfig\":{\"maxOutputTokens\":64},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\""
                        + Wire.PROMPT + "\"}]}]}",
                request.text());
        gateway.awaitIdle();
        assertTrue(gateway.log().accessLine().contains(" in=30 out=9 "), gateway.log().accessLine());
    }

    @Test
    void aWholeMessage() throws IOException {
        String reply = GeminiWire.reply("[{\"text\": \"" + Wire.ANSWER + "\"}]", "STOP");
        upstream.script(call -> call.json(reply));
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("claude-x")).reply().json();
            assertEquals(Wire.ANSWER, message.path("content").get(0).path("text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
            assertEquals(20, message.path("usage").path("input_tokens").asInt());
            assertEquals(10, message.path("usage").path("cache_read_input_tokens").asInt());
        }
        assertEquals("POST /some/proxy/v1beta/models/gemini-3-flash:generateContent HTTP/1.1",
                upstream.call().request().line());
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole(upstream.script()).blocks(),
                "also when a stream was asked for");
        upstream.script(call -> call.json("[" + reply + "]"));
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole(upstream.script()).blocks(), "also as an array");
    }

    @Test
    void aStreamWhereAWholeMessageWasAskedFor() throws IOException {
        upstream.script(call -> begin(call).chunk(GeminiWire.end("MAX_TOKENS")).lastChunk());
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("claude-x")).reply().json();
            assertEquals(Wire.ANSWER, message.path("content").get(0).path("text").asText());
            assertEquals("max_tokens", message.path("stop_reason").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../v1beta/files/x", "a:embedContent?key=b#c", "a%2F../b", "a b&c=d", "modèle",
            "{{x}}${y}RAW(z)"})
    void noModelReachesAnotherPath(String model) throws IOException {
        for (String body : List.of(Wire.request("google/" + model), Wire.streaming("google/" + model))) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", body).reply();
                assertEquals(404, reply.status(), reply.text());
                assertEquals("not_found_error", reply.json().path("error").path("type").asText());
            }
        }
        assertEquals(List.of(), upstream.calls());
    }

    @Test
    void aModelAsGeminisOwnListNamesIt() throws IOException {
        upstream.script(call -> call.json(GeminiWire.reply("[{\"text\": \"a\"}]", "STOP")));
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", Wire.request("google/models/gemini-x_1.5")).reply().status());
        }
        assertEquals("POST /some/proxy/v1beta/models/gemini-x_1.5:generateContent HTTP/1.1",
                upstream.call().request().line());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void piecesOfAnySizeAndCharactersCutAnywhere(int size) throws IOException {
        String text = "Grüße 你好 🎉";
        byte[] bytes = (GeminiWire.text(text) + GeminiWire.end("STOP")).getBytes(StandardCharsets.UTF_8);
        Said said = whole(call -> {
            call.streamHead();
            for (int at = 0; at < bytes.length; at += size) {
                call.chunk(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
            }
            call.lastChunk();
        });
        assertEquals(List.of(Block.text(text)), said.blocks());
    }

    @Test
    void aRefusedPrompt() throws IOException {
        Said said = whole(call -> call.streamHead()
                .chunk("data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{\"promptTokenCount\":9}}\r\n\r\n")
                .lastChunk());
        assertEquals("refusal", said.stopReason());
        assertEquals(List.of(), said.blocks());
    }

    @Test
    void brokenOffWithoutAReason() throws IOException {
        assertEndsInError("api_error", "ended before the message did", "claude-x", call -> begin(call).lastChunk());
    }

    @Test
    void closedWithoutTheLastChunk() throws IOException {
        assertEndsInError("api_error", "provider google broke", "claude-x",
                call -> begin(call).chunk(GeminiWire.end("STOP")).close());
    }

    @Test
    void reset() throws IOException {
        upstream.script(call -> {
            begin(call);
            call.reset();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            // A reset may overtake the first bytes; then there is still a status to tell it with.
            if (reply.status() == 200) {
                EventGrammar.failedStream(frames(reply.events()));
            } else {
                assertEquals(502, reply.status());
            }
        }
    }

    @Test
    void silence() throws IOException {
        assertEndsInError("timeout_error", "provider brief was silent", "brief/x",
                call -> begin(call).awaitClientClosed());
        Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void notJson() throws IOException {
        assertEndsInError("api_error", "no JSON", "claude-x",
                call -> begin(call).chunk("data: {\"candidates\":[}\r\n\r\n" + GeminiWire.end("STOP")).lastChunk());
    }

    @Test
    void aReasonThatIsNone() throws IOException {
        assertEndsInError("api_error", "MALFORMED_FUNCTION_CALL", "claude-x",
                call -> begin(call).chunk(GeminiWire.end("MALFORMED_FUNCTION_CALL")).lastChunk());
    }

    @Test
    void anErrorOutsideOfAnyEvent() throws IOException {
        String error = GeminiWire.error(503, "UNAVAILABLE", "The model is overloaded.", "");
        assertEndsInError("overloaded_error", "The model is overloaded.", "claude-x",
                call -> begin(call).chunk(error).lastChunk());
        assertEndsInError("overloaded_error", "The model is overloaded.", "claude-x",
                call -> begin(call).chunk("[" + error + "]").lastChunk());
    }

    @ParameterizedTest
    @CsvSource({"400, 400, invalid_request_error", "401, 502, api_error", "403, 502, api_error",
            "404, 404, not_found_error", "429, 429, rate_limit_error", "500, 500, api_error",
            "503, 529, overloaded_error", "504, 504, timeout_error", "307, 502, api_error"})
    void aFailureBeforeTheFirstTokenKeepsAStatus(int from, int status, String type) throws IOException {
        String json = GeminiWire.error(from, "X", "no, says " + Wire.UPSTREAM_KEY,
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34.4s\"}");
        for (String body : List.of(json, "[" + json + "]", "<html>sorry</html>", "")) {
            upstream.script(call -> call.reply(from + " Whatever", "application/json; charset=UTF-8", body));
            for (String request : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
                try (RawClient client = gateway.connect()) {
                    WireReply reply = client.post("/v1/messages", request).reply();
                    assertEquals(status, reply.status(), reply.text());
                    assertEquals(type, reply.json().path("error").path("type").asText());
                    assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
                    assertFalse(reply.text().contains(Wire.UPSTREAM_KEY), reply.text());
                    boolean told = body.contains("retryDelay") && status != 502;
                    assertEquals(told ? "35" : null, reply.header("retry-after"));
                }
            }
        }
    }

    @Test
    void theUpstreamsOwnHeaderComesFirst() throws IOException {
        String json = GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow", "{\"retryDelay\":\"34.4s\"}");
        upstream.script(call -> call.reply("429 Slow", "application/json", json, "retry-after: 7"));
        try (RawClient client = gateway.connect()) {
            assertEquals("7", client.post("/v1/messages", Wire.request("claude-x")).reply().header("retry-after"));
        }
    }

    @Test
    void anErrorWithStatus200BeforeTheFirstToken() throws IOException {
        String error = GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow", "{\"retryDelay\":\"3s\"}");
        for (ScriptedUpstream.Script script : List.<ScriptedUpstream.Script>of(call -> call.json(error),
                call -> call.json("[" + error + "]"), call -> call.streamHead().chunk(error).lastChunk(),
                call -> call.streamHead().chunk("data: " + error.replace("\n", "") + "\r\n\r\n").lastChunk())) {
            upstream.script(script);
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).reply();
                assertEquals(429, reply.status(), reply.text());
                assertEquals("slow", reply.json().path("error").path("message").asText());
                assertEquals("3", reply.header("retry-after"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[]", "{\"candidates\":[]}", "<html>"})
    void aReplyThatIsNoneIs502(String body) throws IOException {
        upstream.script(call -> call.json(body));
        for (String request : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", request).reply();
                assertEquals(502, reply.status(), reply.text());
                assertEquals("api_error", reply.json().path("error").path("type").asText());
            }
        }
    }

    @Test
    void aPageWhereAReplyWasExpected() throws IOException {
        upstream.script(call -> call.reply("200 OK", "text/html", "<html>welcome</html>"));
        try (RawClient client = gateway.connect()) {
            assertEquals(502, client.post("/v1/messages", Wire.streaming("claude-x")).reply().status());
        }
    }

    @Test
    void whatGeminiCannotCarryIsRefusedBeforeItIsCalled() throws IOException {
        String body = Wire.streaming("claude-x").replace("\"" + Wire.PROMPT + "\"",
                "[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/" + Wire.PROMPT
                        + "\"}}]");
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", body).reply();
            assertEquals(400, reply.status());
            assertEquals("messages.0.content.0.source: an image to be fetched from a URL cannot be sent to provider "
                    + "google", reply.json().path("error").path("message").asText());
        }
        assertEquals(List.of(), upstream.calls());
    }

    @Test
    void aClientThatLeavesMidStream() throws IOException {
        upstream.script(call -> begin(call).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            assertEquals("message_start", stream(client, "claude-x").event().name());
        }
        Patience.await("the upstream's connection is closed")
                .until(() -> upstream.call().clientClosed().getCount() == 0);
        assertNull(gateway.log().troubles().stream().findAny().orElse(null));
    }
}
