package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The door for OpenAI's clients, over sockets: an Anthropic upstream that is passed through, and one that is translated. */
class ChatCompletionsTest extends GatewayTest {
    private static final String PATH = "/v1/chat/completions";
    private static final int MAX_BODY = 1024 * 1024;

    @Override
    protected String config() {
        return """
            server: { max-body: 1MB }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              chat: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789 }
              brief: { dialect: anthropic, base-url: "%s", timeouts: { idle: 300ms } }
            models:
              - { match: "claude-*", to: "up/{model}" }
              - { match: "gpt-*", to: "chat/{model}" }
            """;
    }

    private static String request(String model, String fields) {
        return "{\"model\":\"" + model + "\"," + fields + "\"messages\":[{\"role\":\"system\",\"content\":\"Be kind\"},"
                + "{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}]}";
    }

    private static String streaming(String model) {
        return request(model, "\"stream\":true,\"stream_options\":{\"include_usage\":true},");
    }

    /** The next chunk of a stream, null for its proper end. */
    private static JsonNode chunk(WireReply reply) throws IOException {
        String data = data(reply);
        return data.equals("[DONE]") ? null : Json.read(data);
    }

    private static String data(WireReply reply) throws IOException {
        String frame = new String(reply.frame(), UTF_8);
        assertTrue(frame.startsWith("data: ") && frame.endsWith("\n\n"), frame);
        return frame.substring("data: ".length(), frame.length() - 2);
    }

    private static String content(JsonNode chunk) {
        return chunk.path("choices").path(0).path("delta").path("content").asText();
    }

    /** Checks what every failure has that is told before a reply has begun. */
    private static JsonNode error(WireReply reply, int status, String type, String code) throws IOException {
        assertEquals(status, reply.status(), reply.text());
        assertEquals("application/json", reply.header("content-type"));
        assertTrue(reply.header("request-id").matches("req_[A-Za-z0-9]{24}"));
        JsonNode error = reply.json().path("error");
        assertEquals(List.of("message", "type", "param", "code"), Json.names(error));
        assertEquals(type, error.path("type").asText());
        assertEquals(code, error.path("code").asText(null));
        return error;
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-x", "gpt-x"})
    void chunksComeWhileTheUpstreamStillSpeaks(String model) throws IOException {
        boolean raw = model.startsWith("claude");
        List<CountDownLatch> go = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
        upstream.script(call -> {
            call.streamHead().chunk(raw ? Wire.opening() : ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}"));
            for (int i = 0; i < 2; i++) {
                String text = Wire.ANSWER + i;
                call.await(go.get(i))
                        .chunk(raw ? Wire.frame("content_block_delta", Wire.delta(text)) : ChatWire.text(text));
            }
            call.await(go.get(2)).chunk(raw ? Wire.closing() : ChatWire.end("stop")).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            client.post(PATH, streaming(model));
            if (!raw) {
                go.get(0).countDown(); // a translated message begins with its first content
            }
            WireReply reply = client.head();
            assertEquals(200, reply.status());
            assertEquals("text/event-stream; charset=utf-8", reply.header("content-type"));
            assertEquals(reply.header("request-id"), reply.header("x-request-id"));
            JsonNode first = chunk(reply);
            assertEquals("assistant", first.path("choices").path(0).path("delta").path("role").asText());
            assertTrue(first.path("id").asText().startsWith("chatcmpl-"), first.toString());
            assertEquals("chat.completion.chunk", first.path("object").asText());
            assertTrue(first.path("usage").isNull() && first.has("usage"));
            go.get(0).countDown();
            assertEquals(Wire.ANSWER + 0, content(chunk(reply)));
            go.get(1).countDown();
            JsonNode second = chunk(reply);
            assertEquals(Wire.ANSWER + 1, content(second));
            assertEquals(first.path("id"), second.path("id"));
            go.get(2).countDown();
            assertEquals("stop", chunk(reply).path("choices").path(0).path("finish_reason").asText());
            JsonNode usage = chunk(reply);
            assertEquals(0, usage.path("choices").size());
            assertEquals(raw ? 15 : 30, usage.path("usage").path("prompt_tokens").asInt());
            assertEquals(raw ? 29 : 9, usage.path("usage").path("completion_tokens").asInt());
            assertEquals(raw ? 3 : 10,
                    usage.path("usage").path("prompt_tokens_details").path("cached_tokens").asInt());
            assertNull(chunk(reply));
            assertNull(reply.frame());
            assertEquals(200, client.get("/health/live").reply().status(), "the connection stays good");
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=200 ") && line.contains(" stop=end_turn ")
                && line.contains("/v1/chat/completions"), line);
    }

    @Test
    void whatReachesAnAnthropicUpstreamIsTheMessagesApi() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(PATH, request("claude-x", ""), "authorization: Bearer any").reply();
            assertEquals(200, reply.status(), reply.text());
            assertEquals("application/json", reply.header("content-type"));
            JsonNode completion = reply.json();
            assertEquals("chatcmpl-01", completion.path("id").asText());
            assertEquals("chat.completion", completion.path("object").asText());
            assertEquals(Wire.ANSWER + " é",
                    completion.path("choices").path(0).path("message").path("content").asText());
            assertEquals(44, completion.path("usage").path("total_tokens").asInt());
        }
        assertEquals("POST /v1/messages HTTP/1.1", upstream.call().request().line());
        assertEquals(
                "{\"model\":\"claude-x\",\"max_tokens\":8192,\"stream\":false,\"system\":[{\"type\":\"text\",\"text\":"
                        + "\"Be kind\"}],\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\""
                        + Wire.PROMPT
                        + "\"}]}]}",
                upstream.call().request().text());
    }

    @Test
    void aTranslatedToolLoopWithParallelCalls() throws IOException {
        upstream.script(call -> call.json(ChatWire.completion("""
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_A","type":"function",\
            "function":{"name":"f","arguments":"{\\"a\\":1}"}},{"id":"call_B","type":"function",\
            "function":{"name":"g","arguments":"{}"}}]}""", "tool_calls")));
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
                + "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}],";
        try (RawClient client = gateway.connect()) {
            JsonNode choice = client.post(PATH, request("gpt-x", tools)).reply().json().path("choices").path(0);
            assertEquals("tool_calls", choice.path("finish_reason").asText());
            assertEquals("[{\"id\":\"call_A\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
                    + "\"{\\\"a\\\":1}\"}},{\"id\":\"call_B\",\"type\":\"function\",\"function\":{\"name\":\"g\","
                    + "\"arguments\":\"{}\"}}]", choice.path("message").path("tool_calls").toString());
            upstream.script(call -> call.json(ChatWire.completion(
                    "{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}", "stop")));
            String answered = request("gpt-x", tools).replace("]}", "," + choice.path("message")
                    + ",{\"role\":\"tool\",\"tool_call_id\":\"call_A\",\"content\":\"1\"}"
                    + ",{\"role\":\"tool\",\"tool_call_id\":\"call_B\",\"content\":\"2\"}]}");
            WireReply reply = client.post(PATH, answered).reply();
            assertEquals(Wire.ANSWER,
                    reply.json().path("choices").path(0).path("message").path("content").asText(), reply.text());
        }
        JsonNode sent = Json.read(upstream.calls().getLast().request().text()).path("messages");
        assertEquals(List.of("system", "user", "assistant", "tool", "tool"), sent.findValuesAsText("role"));
        assertEquals(List.of("call_A", "call_B"), sent.findValuesAsText("tool_call_id"));
    }

    @ParameterizedTest
    @CsvSource({"'', the request body is empty", "'{', not valid JSON",
            "'{\"model\":\"claude-x\"}', messages: Field required",
            "'{\"model\":\"claude-x\",\"messages\":[{\"role\":\"robot\"}]}', messages[0].role: expected"})
    void aBadRequestIsToldWithThePlaceOfTheMistake(String body, String words) throws IOException {
        try (RawClient client = gateway.connect()) {
            JsonNode error = error(client.post(PATH, body).reply(), 400, "invalid_request_error", null);
            assertTrue(error.path("message").asText().contains(words), error.toString());
            if (words.contains(":")) {
                assertEquals(words.substring(0, words.indexOf(':')), error.path("param").asText());
            }
            assertEquals(200, client.get("/health/live").reply().status());
        }
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void whatAProviderCannotCarryIsNamedInTheClientsTerms() throws IOException {
        String file = "{\"type\":\"file\",\"file\":{\"filename\":\"a\",\"file_data\":\"data:application/pdf;base64,JVBE\"}}";
        String body = request("gpt-x", "").replace("\"" + Wire.PROMPT + "\"",
                "[{\"type\":\"text\",\"text\":\"\"}," + file + "]");
        try (RawClient client = gateway.connect()) {
            JsonNode error = error(client.post(PATH, body).reply(), 400, "invalid_request_error", null);
            assertEquals("messages[1].content[1]", error.path("param").asText().replaceAll("\\.file.*", ""));
            assertTrue(error.path("message").asText().startsWith("messages[1].content[1]"), error.toString());
        }
        assertEquals(0, upstream.calls().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "whole"})
    void anUnknownModel(String kind) throws IOException {
        try (RawClient client = gateway.connect()) {
            String body = kind.equals("stream") ? streaming("nobody") : request("nobody", "");
            JsonNode error = error(client.post(PATH, body).reply(), 404, "invalid_request_error", "model_not_found");
            assertEquals("The model `nobody` does not exist", error.path("message").asText());
            assertEquals("model", error.path("param").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions/x", "/v1/chat", "/chat/completions", "/v1/completions",
            "/v1/responses",
            "/v1/embeddings"})
    void anUnknownPath(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            error(client.post(path, "{}").reply(), 404, "invalid_request_error", "unknown_url");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void anotherMethod(String method) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.request(method, PATH).reply();
            error(reply, 405, "invalid_request_error", "method_not_supported");
            assertEquals("POST", reply.header("allow"));
        }
    }

    @Test
    void aBodyThatIsTooLarge() throws IOException {
        try (RawClient client = gateway.connect()) {
            error(client.post(PATH, new byte[MAX_BODY + 1]).reply(), 413, "invalid_request_error", "request_too_large");
            assertEquals(200, client.get("/health/live").reply().status());
        }
    }

    @ParameterizedTest
    @CsvSource({"claude-x, 429, 429, rate_limit_error, rate_limit_exceeded",
            "gpt-x, 429, 429, rate_limit_error, rate_limit_exceeded",
            "claude-x, 529, 503, server_error, overloaded", "gpt-x, 503, 503, server_error, overloaded",
            "claude-x, 401, 502, server_error, ", "gpt-x, 401, 502, server_error, ",
            "claude-x, 400, 400, invalid_request_error, "})
    void theFailureOfAnUpstreamHasItsStatus(String model, int from, int to, String type, String code)
            throws IOException {
        String envelope = "{\"type\":\"error\",\"error\":{\"type\":\"x\",\"message\":\"because\"},\"request_id\":\"req_up\"}";
        upstream.script(call -> call.reply(from + " No", "application/json", envelope, "retry-after: 7"));
        try (RawClient client = gateway.connect()) {
            for (String body : List.of(streaming(model), request(model, ""))) {
                WireReply reply = client.post(PATH, body).reply();
                JsonNode error = Json.read(reply.text()).path("error");
                assertEquals(to, reply.status(), reply.text());
                assertEquals(type, error.path("type").asText());
                assertEquals(code, error.path("code").asText(null));
                if (to == 429) {
                    assertEquals("7", reply.header("retry-after"));
                }
            }
        }
    }

    /** Opened when the client has seen the first chunk. */
    private volatile CountDownLatch begun;

    private void assertEndsInError(String model, String type, String code, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        begun = new CountDownLatch(1);
        gateway.log().clear();
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(PATH, streaming(model)).head();
            assertEquals(200, reply.status());
            assertTrue(chunk(reply).path("error").isMissingNode());
            begun.countDown();
            JsonNode last = null;
            int errors = 0;
            for (byte[] frame = reply.frame(); frame != null; frame = reply.frame()) {
                String text = new String(frame, UTF_8);
                assertFalse(text.contains("[DONE]"), "as if it were whole");
                last = Json.read(text.substring("data: ".length()));
                errors += last.has("error") ? 1 : 0;
                assertTrue(last.at("/choices/0/finish_reason").isNull() || last.has("error"), text);
            }
            assertEquals(1, errors);
            assertEquals(List.of("error"), Json.names(last));
            assertEquals(type, last.path("error").path("type").asText());
            assertEquals(code, last.path("error").path("code").asText(null));
            assertEquals(200, client.get("/health/live").reply().status());
        }
        assertTrue(gateway.log().accessLine().contains(" status=200 "), gateway.log().accessLine());
    }

    private static UpstreamCall beginRaw(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
    }

    @Test
    void aStreamThatEndsTooEarly() throws IOException {
        assertEndsInError("claude-x", "server_error", null, call -> beginRaw(call).lastChunk());
        assertEndsInError("gpt-x", "server_error", null,
                call -> call.streamHead().chunk(ChatWire.text(Wire.ANSWER)).lastChunk());
    }

    @Test
    void aStreamThatBreaks() throws IOException {
        assertEndsInError("claude-x", "server_error", null, call -> {
            beginRaw(call);
            call.await(begun);
            call.reset();
        });
    }

    @Test
    void aStreamThatFallsSilent() throws IOException {
        assertEndsInError("brief/x", "server_error", "timeout", call -> beginRaw(call).awaitClientClosed());
    }

    @Test
    void aStreamThatTellsItsFailure() throws IOException {
        assertEndsInError("claude-x", "server_error", "overloaded", call -> beginRaw(call).chunk(Wire.frame("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"))
                .lastChunk());
        assertEndsInError("gpt-x", "rate_limit_error", "rate_limit_exceeded", call -> call.streamHead()
                .chunk(ChatWire.text(Wire.ANSWER) + "data: {\"error\":{\"message\":\"slow\",\"code\":429}}\n\n")
                .lastChunk());
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-x", "gpt-x"})
    void aClientThatLeavesEndsTheUpstreamsWork(String model) throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(model.startsWith("claude")
                    ? Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))
                    : ChatWire.text(Wire.ANSWER));
            call.awaitClientClosed();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(PATH, streaming(model)).head();
            chunk(reply);
            assertEquals(Wire.ANSWER, content(chunk(reply)));
        }
        Patience.await("the upstream's connection is closed")
                .until(() -> upstream.call().clientClosed().getCount() == 0);
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=499 ") && line.endsWith(" cancelled=true"), line);
        assertEquals(List.of(), gateway.log().troubles());
    }

    @Test
    void aClientThatDoesNotReadHoldsTheUpstreamBack() throws IOException {
        String event = Wire.frame("content_block_delta", Wire.delta("x".repeat(10_000)));
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            while (true) {
                call.chunk(event);
            }
        });
        try (RawClient client = RawClient.connect(gateway.port(), 16 * 1024)) {
            chunk(client.post(PATH, streaming("claude-x")).head());
            long written = BackPressureTest.blocked(upstream.call());
            assertTrue(written < BackPressureTest.MOST_WAITING, () -> "the upstream could write " + written + " bytes");
        }
    }
}
