package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The door for OpenAI's clients when keys are asked for, from browsers, and when nothing happens. */
@Tag("case-14")
class ChatCompletionsSilenceTest extends GatewayTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String KEY = "the-clients-own-key";
    private static final String BEARER = "authorization: Bearer " + KEY;

    @Override
    protected String config() {
        return """
            keys: [the-clients-own-key]
            server: { cors: ["https://app.test"] }
            timeouts: { idle: 1h }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              chat: { dialect: openai, base-url: "%s/v1" }
            models:
              - { match: alias, to: "chat/x" }
            """;
    }

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.keep-alive.first", "300ms", "caravan.keep-alive.every", "200ms",
                "caravan.chat-completions.max-tokens", "77");
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    private static String streaming(String model) {
        return "{\"model\":\"" + model + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + Wire.PROMPT
                + "\"}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "authorization: Bearer wrong", "authorization: Basic x", "x-api-key: wrong"})
    void withoutTheKey(String header) throws IOException {
        try (RawClient client = gateway.connect()) {
            String[] headers = header.isEmpty() ? new String[0] : new String[]{header};
            WireReply reply = client.post(PATH, streaming("up/x"), headers).reply();
            assertEquals(401, reply.status());
            JsonNode error = reply.json().path("error");
            assertEquals("invalid_request_error", error.path("type").asText());
            assertEquals("invalid_api_key", error.path("code").asText());
            assertEquals(reply.header("request-id"), reply.header("x-request-id"));
        }
        assertEquals(0, upstream.calls().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"up/x", "chat/x"})
    void signsOfLifeAreComments(String model) throws IOException {
        boolean raw = model.startsWith("up");
        CountDownLatch headers = new CountDownLatch(1);
        CountDownLatch more = new CountDownLatch(1);
        upstream.script(call -> {
            call.await(headers).streamHead().chunk(raw
                    ? Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))
                    : ChatWire.text(Wire.ANSWER));
            call.await(more).chunk(raw ? Wire.closing() : ChatWire.end("stop")).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(PATH, streaming(model), BEARER).head();
            assertEquals(200, reply.status());
            assertComments(reply, 3);
            headers.countDown();
            assertTrue(next(reply).contains("\"role\":\"assistant\""));
            assertTrue(next(reply).contains("\"content\":\"" + Wire.ANSWER + "\""));
            assertComments(reply, 2);
            more.countDown();
            assertTrue(next(reply).contains("\"finish_reason\":\"stop\""));
            assertEquals("data: [DONE]\n\n", next(reply));
            assertNull(reply.frame());
        }
        assertTrue(upstream.call().request().text().contains("\"max_tokens\":77"), upstream.call().request().text());
    }

    @Test
    void aFailureAfterASignOfLifeIsAnEvent() throws IOException {
        CountDownLatch begun = new CountDownLatch(1);
        upstream.script(call -> call.await(begun).reply("503 Busy", "application/json", "{}"));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post(PATH, streaming("chat/x"), BEARER).head();
            assertComments(reply, 1);
            begun.countDown();
            String last = next(reply);
            assertTrue(last.startsWith("data: {\"error\":{\"message\":") && last.contains("\"code\":\"overloaded\""),
                    last);
            assertNull(reply.frame());
        }
    }

    private static void assertComments(WireReply reply, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertEquals(": keep-alive\n\n", new String(reply.frame(), UTF_8));
        }
    }

    /** The next frame that is no comment. */
    private static String next(WireReply reply) throws IOException {
        String frame = new String(reply.frame(), UTF_8);
        while (frame.startsWith(":")) {
            frame = new String(reply.frame(), UTF_8);
        }
        return frame;
    }

    @Test
    void browsers() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply preflight = client.request("OPTIONS", PATH, "origin: https://app.test",
                    "access-control-request-method: POST",
                    "access-control-request-headers: authorization,x-stainless-os").reply();
            assertEquals(204, preflight.status());
            assertEquals("https://app.test", preflight.header("access-control-allow-origin"));
            assertEquals("authorization,x-stainless-os", preflight.header("access-control-allow-headers"));
            WireReply reply = client.post(PATH, "{}", BEARER, "origin: https://app.test").reply();
            assertEquals(400, reply.status());
            assertTrue(reply.header("access-control-expose-headers").contains("x-request-id"));
        }
    }

    @Test
    void modelsForEveryClient() throws IOException {
        try (RawClient client = gateway.connect()) {
            JsonNode page = client.get("/v1/models", BEARER).reply().json();
            assertEquals("list", page.path("object").asText());
            assertEquals("model", page.path("data").path(0).path("object").asText());
            assertEquals("chat", page.path("data").path(0).path("owned_by").asText());
            assertTrue(page.path("data").path(0).path("created").isInt());
            WireReply openai = client.get("/v1/models/nobody", BEARER).reply();
            assertEquals(404, openai.status());
            assertEquals("model_not_found", openai.json().path("error").path("code").asText());
            WireReply anthropic = client.get("/v1/models/nobody", BEARER, "anthropic-version: 2023-06-01").reply();
            assertEquals("not_found_error", anthropic.json().path("error").path("type").asText());
            WireReply keyed = client.get("/v1/models/nobody", "x-api-key: " + KEY).reply();
            assertEquals("not_found_error", keyed.json().path("error").path("type").asText());
        }
    }
}
