package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and origins: who gets in, and what browsers are told. */
class AuthenticationTest extends GatewayTest {
    private static final String KEY = "client-key-0123456789";
    private static final String OTHER_KEY = "another-key-0123456789";
    private static final String WRONG_KEY = "wrong-key-0123456789";
    private static final String ORIGIN = "http://localhost:3000";

    @Override
    protected String config() {
        return """
            server: { cors: ["http://localhost:3000", "https://app.example"] }
            keys:
              - client-key-0123456789
              - { name: build, key: another-key-0123456789 }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    @Override
    protected List<String> secrets() {
        List<String> secrets = new ArrayList<>(super.secrets());
        secrets.addAll(List.of(KEY, OTHER_KEY, WRONG_KEY));
        return secrets;
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-api-key: client-key-0123456789", "X-API-KEY: another-key-0123456789",
            "authorization: Bearer client-key-0123456789", "Authorization: bearer another-key-0123456789",
            "x-api-key: client-key-0123456789\r\nauthorization: Bearer client-key-0123456789"})
    void aKeyOpensInEitherForm(String headers) throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            assertEquals(200,
                    client.post("/v1/messages", Wire.request("claude-x"), headers.split("\r\n")).reply().status());
        }
        assertEquals(Wire.UPSTREAM_KEY, upstream.call().request().header("x-api-key"));
        assertNull(upstream.call().request().header("authorization"));
        String client = headers.contains("another") ? "build" : "key-1";
        assertTrue(gateway.log().accessLine().contains(" client=" + client + " "), gateway.log().accessLine());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x-api-key: wrong-key-0123456789", "x-api-key:", "x-api-key: client-key-012345678",
            "x-api-key: client-key-01234567890", "x-api-key: CLIENT-KEY-0123456789",
            "authorization: Bearer wrong-key-0123456789", "authorization: Bearer", "authorization: Bearer ",
            "authorization: client-key-0123456789", "authorization: Basic client-key-0123456789",
            "x-api-key: client-key-0123456789\r\nauthorization: Bearer another-key-0123456789",
            "x-api-key: client-key-0123456789\r\nx-api-key: another-key-0123456789",
            "x-api-key: wrong-key-0123456789\r\nauthorization: Bearer client-key-0123456789"})
    void anythingElseDoesNot(String headers) throws IOException {
        String[] lines = ("anthropic-version: 2023-06-01\r\n" + headers).split("\r\n");
        try (RawClient client = gateway.connect()) {
            for (String door : List.of("/v1/messages", "/v1/messages/count_tokens")) {
                assertUnauthorized(client.post(door, Wire.request("claude-x"), lines).reply());
            }
            for (String door : List.of("/v1/models", "/v1/models/claude-x", "/metrics")) {
                assertUnauthorized(client.get(door, lines).reply());
            }
        }
        assertEquals(0, upstream.calls().size());
    }

    private static void assertUnauthorized(WireReply reply) throws IOException {
        assertEquals(401, reply.status());
        assertEquals("authentication_error", reply.json().path("error").path("type").asText());
        assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
        for (String key : List.of(KEY, OTHER_KEY, WRONG_KEY)) {
            assertFalse(reply.text().contains(key));
        }
    }

    @Test
    void whoHasNoKeyIsToldBeforeItSendsItsBody() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send(
                    "POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\nexpect: 100-continue\r\n\r\n");
            assertUnauthorized(client.reply());
        }
        try (RawClient client = gateway.connect()) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n")
                    .send(new byte[3_000_000]);
            assertUnauthorized(client.reply());
            assertUnauthorized(client.post("/v1/messages", "{}").reply());
        }
    }

    @Test
    void healthNeedsNoKey() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (String door : List.of("/", "/health", "/health/live", "/health/ready")) {
                assertEquals(200, client.get(door).reply().status(), door);
            }
            assertEquals("{\"status\":\"up\",\"providers\":{\"up\":\"configured\"}}",
                    client.get("/health").reply().text());
            WireReply head = client.request("HEAD", "/").headReply();
            assertEquals(200, head.status());
            assertEquals(200, client.request("HEAD", "/health").headReply().status());
        }
    }

    @Test
    void aPreflight() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.request("OPTIONS", "/v1/messages", "origin: " + ORIGIN,
                    "access-control-request-method: POST",
                    "access-control-request-headers: content-type, x-api-key, anthropic-version").reply();
            assertEquals(204, reply.status());
            assertEquals(ORIGIN, reply.header("access-control-allow-origin"));
            assertEquals("POST", reply.header("access-control-allow-methods"));
            assertEquals("content-type, x-api-key, anthropic-version", reply.header("access-control-allow-headers"));
            assertEquals("600", reply.header("access-control-max-age"));
            assertEquals("origin", reply.header("vary"));

            WireReply refused = client.request("OPTIONS", "/v1/messages", "origin: http://evil.example",
                    "access-control-request-method: POST").reply();
            assertEquals(403, refused.status());
            assertNull(refused.header("access-control-allow-origin"));
            assertEquals("permission_error", refused.json().path("error").path("type").asText());

            WireReply nothing = client.request("OPTIONS", "/nothing", "origin: " + ORIGIN,
                    "access-control-request-method: POST").reply();
            assertEquals(404, nothing.status());

            WireReply plain = client.request("OPTIONS", "/v1/models").reply();
            assertEquals(204, plain.status());
            assertEquals("GET", plain.header("allow"));
        }
    }

    @Test
    void aBrowserMayReadEveryReply() throws IOException {
        upstream.script(call -> {
            if (call.request().text().contains("\"stream\":true")) {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            } else {
                call.reply("429 Slow down", "text/plain", "", "retry-after: 1");
            }
        });
        String origin = "origin: " + ORIGIN;
        String key = "x-api-key: " + KEY;
        List<WireReply> replies = new ArrayList<>();
        try (RawClient client = gateway.connect()) {
            replies.add(client.post("/v1/messages", Wire.streaming("claude-x"), origin, key).reply());
            replies.add(client.post("/v1/messages", Wire.request("claude-x"), origin, key).reply());
            replies.add(client.post("/v1/messages", "{", origin, key).reply());
            replies.add(client.post("/v1/messages", "{", origin).reply());
            replies.add(client.get("/v1/models", origin, key).reply());
            replies.add(client.get("/v1/messages", origin, key).reply());
            replies.add(client.get("/nothing", origin, key).reply());
            replies.add(client.get("/health", origin).reply());
            assertEquals(List.of(200, 429, 400, 401, 200, 405, 404, 200),
                    replies.stream().map(WireReply::status).toList());
            for (WireReply reply : replies) {
                assertEquals(ORIGIN, reply.header("access-control-allow-origin"), "status " + reply.status());
                assertEquals("origin", reply.header("vary"));
                assertTrue(reply.header("access-control-expose-headers").contains("request-id"));
            }
            for (String other : List.of("http://localhost:3001", "https://localhost:3000", "null",
                    "http://localhost:3000.evil")) {
                WireReply reply = client.get("/v1/models", "origin: " + other, key).reply();
                assertEquals(200, reply.status());
                assertNull(reply.header("access-control-allow-origin"), other);
            }
            assertNull(client.get("/v1/models", key).reply().header("access-control-allow-origin"));
        }
    }

    @Test
    void aRefusedVersionOfTheApiIsLoggedAndReadableByAPage() throws IOException {
        for (String path : List.of("POST /v1/messages", "POST /v1/messages/count_tokens", "GET /v1/models",
                "GET /v1/models/claude-x")) {
            gateway.log().clear();
            String[] line = path.split(" ");
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.request(line[0], line[1], "origin: " + ORIGIN, "x-api-key: " + KEY,
                        "anthropic-version: 2024-02-30").reply();
                assertEquals(400, reply.status(), reply.text());
                assertEquals(ORIGIN, reply.header("access-control-allow-origin"));
                assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
                String log = gateway.log().accessLine();
                assertTrue(log.contains(reply.header("request-id")), log);
                assertTrue(log.contains(" status=400 ") && log.contains(" error=invalid_request_error "), log);
            }
        }
    }
}
