package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that speaks Gemini's API, with all that can break there. */
class GeminiTest extends ProviderTest {
    @Override
    protected String config() {
        return """
            providers:
              google: { dialect: gemini, base-url: "%s/some/proxy", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "google/gemini-3-flash" }
            """;
    }

    private static UpstreamCall begin(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(GeminiWire.text(Wire.ANSWER));
    }

    @Test
    void aStream() throws IOException {
        Said said = whole("claude-x", call -> begin(call).chunk(GeminiWire.parts(
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
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole("claude-x", upstream.script()).blocks(),
                "also when a stream was asked for");
        upstream.script(call -> call.json("[" + reply + "]"));
        assertEquals(List.of(Block.text(Wire.ANSWER)), whole("claude-x", upstream.script()).blocks(),
                "also as an array");
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

    @Tag("case-2")
    @Test
    void aRefusedPrompt() throws IOException {
        Said said = whole("claude-x", call -> call.streamHead()
                .chunk("data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{\"promptTokenCount\":9}}\r\n\r\n")
                .lastChunk());
        assertEquals("refusal", said.stopReason());
        assertEquals(List.of(), said.blocks());
    }

    @Test
    void aReasonThatIsNone() throws IOException {
        assertEndsInError("api_error", "MALFORMED_FUNCTION_CALL", "claude-x",
                call -> begin(call).chunk(GeminiWire.end("MALFORMED_FUNCTION_CALL")).lastChunk());
    }

    /** Gemini's message ends with its connection, so only a proper end of that is one. */
    @Tag("case-7")
    @Test
    void closedBehindTheReasonWithoutTheLastChunk() throws IOException {
        assertEndsInError("api_error", "provider google broke", "claude-x",
                call -> begin(call).chunk(GeminiWire.end("STOP")).close());
    }

    @Tag("case-7")
    @Test
    void anErrorOutsideOfAnyEvent() throws IOException {
        String error = GeminiWire.error(503, "UNAVAILABLE", "The model is overloaded.", "");
        assertEndsInError("overloaded_error", "The model is overloaded.", "claude-x",
                call -> begin(call).chunk(error).lastChunk());
        assertEndsInError("overloaded_error", "The model is overloaded.", "claude-x",
                call -> begin(call).chunk("[" + error + "]").lastChunk());
    }

    @Tag("case-15")
    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]"})
    @DisplayName("case 15: how long to wait, as Gemini tells it, is retry-after")
    void retryInfo(String shape) throws IOException {
        String body = shape.formatted(GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow",
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34.4s\"}"));
        WireReply reply = assertFails(429, "rate_limit_error", "claude-x",
                call -> call.reply("429 Whatever", "application/json; charset=UTF-8", body));
        assertEquals("35", reply.header("retry-after"));
        assertEquals("slow", reply.json().path("error").path("message").asText());
    }

    @Tag("case-15")
    @Test
    void theUpstreamsOwnHeaderComesFirst() throws IOException {
        String json = GeminiWire.error(429, "RESOURCE_EXHAUSTED", "slow", "{\"retryDelay\":\"34.4s\"}");
        upstream.script(call -> call.reply("429 Slow", "application/json", json, "retry-after: 7"));
        try (RawClient client = gateway.connect()) {
            assertEquals("7", client.post("/v1/messages", Wire.request("claude-x")).reply().header("retry-after"));
        }
    }

    @Tag("case-15")
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
}
