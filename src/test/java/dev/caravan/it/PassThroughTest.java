package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Anthropic to Anthropic: what the client sent reaches the upstream, and what the upstream answered the client, unchanged. */
class PassThroughTest extends GatewayTest {

    @Override
    protected String config() {
        return """
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              tenant: { dialect: anthropic, base-url: "%s/team/a", headers: { X-Team: red } }
            models:
              - { match: alias, to: "up/claude-real" }
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    @Tag("case-13")
    @Test
    void aRequestKeepsItsBytesButForTheModel() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String body = """
            {\t"zeta" : [1.0, 1e3 , -0, 123456789012345678901234567890],
             "max_tokens":64,  "model" : "al\\u0069as" ,"messages":[ {"content":"%s \\u00e9 é \\ud83d\\ude00 \\/",
             "role":"user","cache_control":{"ttl":"1h","type":"ephemeral"}} ],
             "unknown":{"b":null,"a":{"model":"alias"}}, "metadata":{"user_id":"{\\"a\\":1}"} }
            """
                .formatted(Wire.PROMPT);
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages?beta=true", body).reply().status());
        }
        assertEquals(body.replace("\"al\\u0069as\"", "\"claude-real\""), upstream.call().request().text());
        assertEquals("/v1/messages", upstream.call().request().path());
    }

    @Test
    void aRequestThatNeedsNoOtherModelKeepsAllItsBytes() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String body = Wire.request("claude-up").replace("{\"model\"", "  {\n\"model\"");
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", body).reply();
        }
        assertEquals(body, upstream.call().request().text());
    }

    @Test
    void aReplyKeepsItsBytes() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-up")).reply();
            assertEquals(200, reply.status());
            assertEquals(Wire.MESSAGE, reply.text());
            assertEquals("application/json", reply.header("content-type"));
        }
    }

    @Test
    void aStreamKeepsTheBytesOfItsEvents() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-up")).reply();
            assertEquals(200, reply.status());
            assertEquals(Wire.stream(), reply.text());
            assertEquals("text/event-stream; charset=utf-8", reply.header("content-type"));
            assertEquals("no-cache", reply.header("cache-control"));
            assertNull(reply.header("content-encoding"));
        }
    }

    @Test
    void eventsAndFieldsThatCaravanDoesNotKnowPass() throws IOException {
        String stream = Wire.frame("message_start", Wire.MESSAGE_START)
                + Wire.frame("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,"
                        + "\"content_block\":{\"type\":\"from_the_future\",\"x\":[{}]}}")
                + Wire.frame("from_the_future", "{\"type\":\"from_the_future\",\"a\":\"\\u2028\"}")
                + Wire.closing();
        upstream.script(call -> call.streamHead().chunk(stream).lastChunk());
        try (RawClient client = gateway.connect()) {
            assertEquals(stream, client.post("/v1/messages", Wire.streaming("claude-up")).reply().text());
        }
    }

    static Stream<Arguments> brokenEvents() {
        String delta = Wire.delta("x");
        return Stream.of(
                Arguments.of("content_block_delta", delta.substring(0, delta.length() - 1)),
                Arguments.of("content_block_delta", delta.substring(0, delta.length() / 2)),
                Arguments.of("content_block_delta", delta + "}"),
                Arguments.of("content_block_delta", delta + delta),
                Arguments.of("content_block_delta", "{\"type\":\"content_block_delta\",garbage}"),
                Arguments.of("content_block_delta", "garbage"),
                Arguments.of("content_block_delta", "[" + delta + "]"),
                Arguments.of("content_block_delta", "null"),
                Arguments.of("content_block_delta", ""),
                Arguments.of("content_block_start", "{\"a\":\"\\x\"}"),
                Arguments.of("content_block_stop", "{\"index\":0,}"),
                Arguments.of("message_delta", "{\"usage\":{]}}"),
                Arguments.of("message_stop", "{\"type\""),
                Arguments.of("ping", "{"),
                Arguments.of("error", "<html>"));
    }

    @Tag("case-7")
    @ParameterizedTest
    @MethodSource("brokenEvents")
    void aBrokenEventIsAnErrorAndTheLast(String name, String data) throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening() + Wire.frame(name, data) + Wire.closing());
            call.awaitClientClosed();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-up")).reply();
            String error = Wire.frame("error", "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":"
                    + "\"provider up sent an event that is not valid JSON\"},\"request_id\":\""
                    + reply.header("request-id") + "\"}");
            assertEquals(Wire.opening() + error, reply.text());
        }
    }

    @Test
    void unknownEventsPassWithWhateverTheyHold() throws IOException {
        String stream = Wire.opening() + Wire.frame("news", "{") + Wire.frame("news", "not JSON")
                + Wire.frame("message_stop_2", "{\"type\"") + Wire.closing();
        upstream.script(call -> call.streamHead().chunk(stream).lastChunk());
        try (RawClient client = gateway.connect()) {
            assertEquals(stream, client.post("/v1/messages", Wire.streaming("claude-up")).reply().text());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        request-id: req_a-1                  | req_a-1
        x-request-id: 7f3e                   | 7f3e
        X-Request-ID: a "b" c                | a 'b' c
        """)
    void theUpstreamsOwnRequestIdIsLogged(String header, String logged) throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE, header));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-up")).reply();
            assertEquals(header.startsWith("request-id"), logged.equals(reply.header("request-id")));
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" upstream=\"" + logged + "\" "), line);
    }

    @Test
    void aRequestIdOfTheUpstreamCannotForgeTheLog() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE, "request-id: a\u001b[31m\u0007"));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-up")).reply();
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" upstream=\"a?[31m?\" "), line);
    }

    @Test
    void anEndlessRequestIdOfTheUpstreamIsCut() throws IOException {
        upstream.script(call -> call.reply("529 No", "text/plain", "no", "request-id: " + "i".repeat(3_000)));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-up")).reply();
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" upstream=\"" + "i".repeat(120) + "…\" "), line);
    }

    @Tag("case-12")
    @Tag("case-13")
    @Test
    void versionAndBetasAreForwarded() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-up"), "anthropic-version: 2026-10-21",
                    "Anthropic-Beta: one-2025-01-01,two-2026-01-01", "anthropic-beta: three").reply();
        }
        WireRequest request = upstream.call().request();
        assertEquals("2026-10-21", request.header("anthropic-version"));
        assertEquals("one-2025-01-01,two-2026-01-01,three", request.header("anthropic-beta"));
        assertEquals("application/json", request.header("content-type"));
    }

    @Test
    void aMissingVersionIsTheFirst() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-up")).reply();
        }
        assertEquals("2023-06-01", upstream.call().request().header("anthropic-version"));
        assertNull(upstream.call().request().header("anthropic-beta"));
    }

    @Test
    void theClientsCredentialsAndOtherHeadersStayHere() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-up"), "x-api-key: clients-own-key",
                    "authorization: Bearer clients-own-key", "cookie: clients-own-key",
                    "proxy-authorization: Basic clients-own-key", "x-anything: clients-own-key",
                    "CamelHttpUri: http://127.0.0.1:1/clients-own-key", "CamelHttpPath: /clients-own-key",
                    "CamelHttpQuery: clients-own-key", "CamelHttpMethod: PUT", "accept-encoding: gzip, br").reply();
        }
        WireRequest request = upstream.call().request();
        assertEquals(Wire.UPSTREAM_KEY, request.header("x-api-key"));
        assertFalse(request.head().contains("clients-own-key"), request.head());
        assertNull(request.header("accept-encoding"));
        assertEquals("POST /v1/messages HTTP/1.1", request.line());
    }

    @Test
    void aProvidersPathAndHeadersAreUsedAndNoKeyWhereThereIsNone() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.request("tenant/claude-x"), "x-api-key: clients-own-key").reply();
        }
        WireRequest request = upstream.call().request();
        assertEquals("/team/a/v1/messages", request.path());
        assertEquals("red", request.header("x-team"));
        assertNull(request.header("x-api-key"));
        assertTrue(request.text().contains("\"model\":\"claude-x\""), request.text());
    }

    @Test
    void rateLimitsOfTheUpstreamReachTheClient() throws IOException {
        String[] limits = {"anthropic-ratelimit-requests-remaining: 41", "anthropic-organization-id: org",
                "retry-after: 3", "set-cookie: session=1", "x-internal: 1"};
        upstream.script(call -> {
            if (call.request().text().contains("stream")) {
                call.streamHead(limits).chunk(Wire.stream()).lastChunk();
            } else {
                call.json(Wire.MESSAGE, limits);
            }
        });
        for (String body : new String[]{Wire.request("claude-up"), Wire.streaming("claude-up")}) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", body).reply();
                assertEquals("41", reply.header("anthropic-ratelimit-requests-remaining"));
                assertEquals("3", reply.header("retry-after"));
                assertEquals("org", reply.header("anthropic-organization-id"));
                assertNull(reply.header("set-cookie"));
                assertNull(reply.header("x-internal"));
            }
        }
    }

    @Test
    void theAccessLogTellsWhatTheUpstreamTold() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("alias")).reply();
        }
        String line = gateway.log().accessLine();
        assertTrue(
                line.contains(" status=200 model=\"alias\" target=\"up/claude-real\" stream=true stop=end_turn ttft="),
                line);
        assertTrue(line.contains(" in=15 out=29 took="), line);
        assertTrue(line.endsWith(" cancelled=false"), line);
    }
}
