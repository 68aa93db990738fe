package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that fails before its first event: the client gets a status and the API's envelope, streaming or not. */
@Tag("case-15")
class UpstreamFailureTest extends GatewayTest {
    private static final String TOO_FAST = "{\"type\":\"error\",  \"error\":{\"type\":\"rate_limit_error\","
            + "\"message\":\"slow down\",\"details\":{\"error_code\":\"x\"}},\"request_id\":\"req_upstream\"}";

    @Override
    protected String config() {
        return """
            timeouts: { connect: 300ms, idle: 400ms }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789,
                    timeouts: { connect: 10s, idle: 60s } }
              silent: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              fresh: { dialect: anthropic, base-url: "%s" }
              kept: { dialect: anthropic, base-url: "%s" }
              refused: { dialect: anthropic, base-url: "http://127.0.0.1:1" }
              nowhere: { dialect: anthropic, base-url: "http://no-such-host.invalid" }
              tls: { dialect: anthropic, base-url: "@https@", api-key: upstream-key-0123456789 }
              full: { dialect: anthropic, base-url: "http://127.0.0.1:@full@" }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """.replace("@https@", upstream.url().replace("http:", "https:")).replace("@full@",
                Integer.toString(full.getLocalPort()));
    }

    // A server whose queue of connections is full: one more gets no answer from the kernel, like a host behind a firewall.
    private final ServerSocket full = fullServer();
    private final List<Socket> queued = new ArrayList<>();

    private static ServerSocket fullServer() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void emptyTheQueue() throws IOException {
        for (Socket socket : queued) {
            socket.close();
        }
        queued.clear();
    }

    private WireReply ask(String body) throws IOException {
        try (RawClient client = gateway.connect()) {
            return client.post("/v1/messages", body).reply();
        }
    }

    private static JsonNode envelope(WireReply reply) throws IOException {
        assertEquals("application/json", reply.header("content-type"));
        assertEquals("error", reply.json().path("type").asText());
        assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
        return reply.json().path("error");
    }

    private void assertFails(int status, String type, String words, String model) throws IOException {
        for (String body : List.of(Wire.request(model), Wire.streaming(model))) {
            gateway.log().clear();
            WireReply reply = ask(body);
            assertEquals(status, reply.status(), reply.text());
            assertEquals(type, envelope(reply).path("type").asText());
            assertTrue(envelope(reply).path("message").asText().contains(words), reply.text());
            assertFalse(reply.text().contains(Wire.UPSTREAM_KEY), reply.text());
            String line = gateway.log().accessLine();
            assertTrue(line.contains(" status=" + status + " "), line);
            assertTrue(line.contains(" error=" + type + " "), line);
            assertEquals(List.of(), gateway.log().troubles(), "an upstream's failure is no fault of Caravan");
        }
    }

    @Test
    void anEnvelopeOfTheUpstreamReachesTheClientByteForByte() throws IOException {
        upstream.script(call -> call.reply("429 Too Many Requests", "application/json", TOO_FAST, "retry-after: 7",
                "anthropic-ratelimit-tokens-remaining: 0", "request-id: req_upstream", "x-should-retry: true",
                "connection: keep-alive"));
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            WireReply reply = ask(body);
            assertEquals(429, reply.status());
            assertEquals(TOO_FAST, reply.text());
            assertEquals("7", reply.header("retry-after"));
            assertEquals("0", reply.header("anthropic-ratelimit-tokens-remaining"));
            assertEquals("true", reply.header("x-should-retry"));
            assertEquals("req_upstream", reply.header("request-id"));
        }
    }

    @Test
    void anUpstreamThatTellsTheKeyDoesNotTellTheClient() throws IOException {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x-api-key: "
                + Wire.UPSTREAM_KEY + "\"}}";
        upstream.script(call -> call.reply("400 No", "application/json", body));
        assertEquals(body.replace(Wire.UPSTREAM_KEY, "[redacted]"), ask(Wire.request("claude-x")).text());
    }

    @ParameterizedTest
    @CsvSource({"400, invalid_request_error", "402, billing_error", "404, not_found_error", "409, conflict_error",
            "413, request_too_large", "422, invalid_request_error", "500, api_error", "504, timeout_error",
            "529, overloaded_error"})
    void aStatusOfTheApiKeepsItsEnvelope(int status, String type) throws IOException {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"the reason\"}}";
        upstream.script(call -> call.reply(status + " Whatever", "application/json", body));
        WireReply reply = ask(Wire.streaming("claude-x"));
        assertEquals(status, reply.status());
        assertEquals(body, reply.text());
        assertNotNull(reply.header("request-id"));
    }

    @ParameterizedTest
    @CsvSource({"400, 400, invalid_request_error", "401, 502, api_error", "403, 502, api_error",
            "404, 404, not_found_error",
            "408, 504, timeout_error", "409, 409, conflict_error", "413, 413, request_too_large",
            "422, 400, invalid_request_error", "429, 429, rate_limit_error", "500, 500, api_error",
            "501, 500, api_error", "502, 529, overloaded_error", "503, 529, overloaded_error",
            "504, 504, timeout_error", "520, 500, api_error", "529, 529, overloaded_error", "302, 502, api_error"})
    void aStatusWithoutTheApisEnvelopeGetsOne(int from, int status, String type) throws IOException {
        String html = "<html><body><h1>" + from + " at nginx</h1></body></html>";
        upstream.script(call -> call.reply(from + " Whatever", "text/html", html, "location: /elsewhere"));
        assertFails(status, type, "provider up", "claude-x");
        assertEquals(2, upstream.calls().size(), "not retried, and no redirect followed");
    }

    @ParameterizedTest
    @CsvSource({"401, 502, api_error", "403, 502, api_error", "408, 504, timeout_error", "502, 529, overloaded_error",
            "503, 529, overloaded_error"})
    void aStatusThatMeansSomethingElseToTheClientIsPutRight(int from, int status, String type) throws IOException {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"because\"},\"request_id\":\"r\"}";
        upstream.script(call -> call.reply(from + " Whatever", "application/json", body));
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(status, reply.status());
        assertEquals(type, envelope(reply).path("type").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"429 Too Many Requests", "500 Internal Server Error"})
    void anEmptyBodyDoes(String status) throws IOException {
        upstream.script(call -> call.send("HTTP/1.1 " + status + "\r\ncontent-length: 0\r\nretry-after: 9\r\n\r\n"));
        WireReply reply = ask(Wire.streaming("claude-x"));
        assertEquals(Integer.parseInt(status.substring(0, 3)), reply.status());
        assertEquals("9", reply.header("retry-after"));
        assertTrue(envelope(reply).path("message").asText().contains("provider up"));
    }

    @Test
    void aFailureWhoseBodyBreaksOffKeepsItsStatus() throws IOException {
        upstream.script(call -> {
            call.send("HTTP/1.1 429 Too Many\r\ncontent-length: 500\r\nretry-after: 9\r\n\r\n{\"type\":\"err");
            call.reset();
        });
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(429, reply.status());
        assertEquals("9", reply.header("retry-after"));
        assertEquals("rate_limit_error", envelope(reply).path("type").asText());
    }

    @Test
    void aFailureWhoseBodyNeverEndsIsToldAllTheSame() throws IOException {
        upstream.script(call -> {
            call.send("HTTP/1.1 500 Oh\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n");
            byte[] page = "<p>sorry</p>".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            while (true) {
                call.chunk(page);
            }
        });
        assertFails(500, "api_error", "provider up", "claude-x");
        assertTrue(upstream.calls().getFirst().written() < 16_000_000);
    }

    @Test
    void aRefusedConnectionIs502() throws IOException {
        assertFails(502, "api_error", "provider refused cannot be reached", "refused/x");
    }

    @Test
    void anUnknownHostIs502() throws IOException {
        assertFails(502, "api_error", "provider nowhere cannot be reached", "nowhere/x");
    }

    @Test
    void aConnectionThatIsNotMadeInTimeIs504() throws IOException {
        for (int i = 0; i < 4; i++) {
            Socket socket = new Socket();
            socket.setSoTimeout(1);
            queued.add(socket);
            try {
                socket.connect(full.getLocalSocketAddress(), 50);
            } catch (java.net.SocketTimeoutException e) {
                break; // now it is full
            }
        }
        assertFails(504, "timeout_error", "provider full", "full/x");
    }

    @Test
    void aHandshakeThatIsNotAnsweredIs504() throws IOException {
        assertFails(504, "timeout_error", "provider tls", "tls/x");
    }

    @Test
    void silenceBeforeTheFirstByteIs504() throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        assertFails(504, "timeout_error", "provider silent did not answer in time", "silent/x");
    }

    @Test
    void silenceAfterTheHeadersIs504() throws IOException {
        upstream.script(call -> {
            if (call.request().text().contains("\"stream\":true")) {
                call.streamHead();
            } else {
                call.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n");
            }
            call.awaitClientClosed();
        });
        assertFails(504, "timeout_error", "provider silent", "silent/x");
    }

    @Test
    void aResetBeforeTheFirstByteIs502() throws IOException {
        upstream.script(UpstreamCall::reset);
        assertFails(502, "api_error", "provider up", "claude-x");
    }

    @Test
    void aCloseBeforeTheFirstByteIs502() throws IOException {
        upstream.script(UpstreamCall::close);
        assertFails(502, "api_error", "provider fresh", "fresh/x");
        assertEquals(2, upstream.calls().size(), "a new connection's request may have been begun, and is not repeated");
    }

    @Test
    void aKeptConnectionThatClosesInsteadOfAnsweringIsStale() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        upstream.script(call -> {
            if (calls.incrementAndGet() == 2) {
                call.close(); // the server gives the connection up when its next request is on the way
            } else {
                call.json(Wire.MESSAGE);
            }
        });
        assertEquals(200, ask(Wire.request("kept/x")).status());
        assertEquals(200, ask(Wire.request("kept/x")).status());
        assertEquals(3, calls.get());
    }

    @Test
    void aLongRequestOnAKeptConnectionThatTheServerHasClosedIsSentAgain() throws IOException {
        upstream.script(call -> {
            call.json(Wire.MESSAGE);
            call.close(); // as servers do that keep a connection for a moment only
        });
        String longRequest = Wire.request("kept/x").replace(Wire.PROMPT, "x".repeat(4 << 20));
        assertEquals(200, ask(Wire.request("kept/x")).status());
        assertEquals(200, ask(longRequest).status());
        assertEquals(2, upstream.calls().size());
        assertTrue(upstream.calls().getLast().request().text().length() > 4 << 20, "all of it");
    }

    @Test
    void aLongRequestThatIsRefusedOnANewConnectionIsNotSentAgain() throws IOException {
        upstream.script(UpstreamCall::close);
        String longRequest = Wire.request("fresh/x").replace(Wire.PROMPT, "x".repeat(4 << 20));
        assertEquals(502, ask(longRequest).status());
        assertEquals(1, upstream.calls().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "Deflate"})
    void aReplyInACodingThatNobodyAskedForIs502(String coding) throws IOException {
        upstream.script(call -> call.reply("200 OK", "application/json", new byte[]{0x1f, (byte) 0x8b, 8, 0, 1},
                "content-encoding: " + coding));
        assertFails(502, "api_error",
                "provider up answered with content encoding " + coding.toLowerCase(Locale.ROOT) + ", which was not",
                "claude-x");
    }

    @Test
    void aFailureInACodingKeepsItsStatusAndTellsNoGarbage() throws IOException {
        upstream.script(call -> call.reply("429 Slow", "application/json", new byte[]{0x1f, (byte) 0x8b, 8, 0, 1},
                "content-encoding: gzip", "retry-after: 7"));
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(429, reply.status());
        assertEquals("7", reply.header("retry-after"));
        assertEquals("provider up answered HTTP 429", envelope(reply).path("message").asText());
    }

    @Test
    void aCodingThatIsNoneDoesNotMatter() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE, "content-encoding: utf-8"));
        assertEquals(200, ask(Wire.request("claude-x")).status());
    }

    @Test
    void whatIsNotHttpIs502() throws IOException {
        upstream.script(call -> {
            call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
            call.close();
        });
        assertFails(502, "api_error", "provider up", "claude-x");
    }

    @Test
    void aStreamThatEndsBeforeItsFirstEventIs502() throws IOException {
        upstream.script(call -> call.streamHead().chunk(": hello\n\n").lastChunk());
        assertFails(502, "api_error", "", "claude-x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"id\":\"msg_01\",\"type\":\"message\",\"con", "null", "[]", "<html></html>",
            "{\"id\":\"msg_01\"} {", "\"ok\""})
    void aReplyThatIsNoMessageIs502(String body) throws IOException {
        upstream.script(call -> call.json(body));
        assertFails(502, "api_error", "", "claude-x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"content\":[1]}", "{\"content\":[{\"type\":\"text\"}]}", "{\"content\":[{}]}",
            "{\"content\":{}}", "{\"content\":[{\"type\":\"text\",\"text\":7}]}", "{\"content\":[null]}", "{}",
            "{\"content\":[],\"usage\":7,\"stop_reason\":{}}",
            "{\"content\":[{\"type\":\"tool_use\",\"input\":null}]}"})
    void aWholeMessageThatIsNoneCannotBeStreamed(String body) throws IOException {
        upstream.script(call -> call.json(body));
        WireReply reply = ask(Wire.streaming("claude-x"));
        assertEquals(List.of(), gateway.log().troubles(), "no fault of Caravan");
        if (reply.status() == 200) {
            reply = ask(Wire.streaming("claude-x")); // odd, but all that is needed is there
            assertTrue(reply.text().endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
                    reply.text());
        } else {
            assertEquals(502, reply.status(), reply.text());
        }
    }

    @Test
    void headersThatNoReplyMayHaveAreNotForwarded() throws IOException {
        upstream.script(
                call -> call.json(Wire.MESSAGE, "anthropic-ratelimit-a: \u000b", "anthropic-ratelimit-b: x\u0000y",
                        "anthropic-ratelimit-c: x\fy", "anthropic-ratelimit-d: \u00fc", "anthropic-ratelimit-e: fine"));
        WireReply reply = ask(Wire.request("claude-x"));
        assertEquals(200, reply.status());
        assertEquals("fine", reply.header("anthropic-ratelimit-e"));
        upstream.script(call -> call.streamHead("anthropic-ratelimit-a: \u000b", "anthropic-ratelimit-e: fine")
                .chunk(Wire.stream()).lastChunk());
        assertEquals(Wire.stream(), ask(Wire.streaming("claude-x")).text());
    }

    @Test
    void whatComesBeforeTheReplyIsSkipped() throws IOException {
        upstream.script(call -> call.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
                .json(Wire.MESSAGE));
        assertEquals(Wire.MESSAGE, ask(Wire.request("claude-x")).text());
    }

    @Test
    void aReplyThatBreaksOffIs502() throws IOException {
        upstream.script(call -> {
            call.send(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n" + Wire.MESSAGE);
            call.close();
        });
        assertFails(502, "api_error", "provider up", "claude-x");
    }

    @Test
    void aReplyOfAnotherKindIs502() throws IOException {
        upstream.script(call -> call.reply("200 OK", "text/html", "<html>Welcome to the proxy. Log in.</html>"));
        assertFails(502, "api_error", "content type text/html", "claude-x");
    }

    @Test
    void anErrorAsTheFirstEventIsAnErrorWithItsStatus() throws IOException {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"} }";
        upstream.script(call -> call.streamHead().chunk(Wire.frame("error", error)).lastChunk());
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            gateway.log().clear();
            WireReply reply = ask(body);
            assertEquals(529, reply.status());
            assertEquals(error, reply.text());
            assertTrue(gateway.log().accessLine().contains(" error=overloaded_error "), gateway.log().accessLine());
        }
    }

    @Test
    void anErrorInPlaceOfAMessageIsAnErrorWithItsStatus() throws IOException {
        upstream.script(call -> call.json(TOO_FAST, "request-id: req_upstream"));
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            WireReply reply = ask(body);
            assertEquals(429, reply.status());
            assertEquals(TOO_FAST, reply.text());
            assertEquals("req_upstream", reply.header("request-id"));
        }
    }

    @Test
    void aFailureThatCaravanTellsHasTheUpstreamsRequestIdInHeaderAndEnvelope() throws IOException {
        for (String status : List.of("401 No", "500 No")) {
            upstream.script(call -> call.reply(status, "text/html", "<html>", "request-id: req_upstream",
                    "anthropic-organization-id: org"));
            WireReply reply = ask(Wire.request("claude-x"));
            assertEquals("req_upstream", reply.header("request-id"));
            assertEquals("org", reply.header("anthropic-organization-id"));
            envelope(reply);
        }
    }

    @Test
    void aConnectionThatTheUpstreamClosedMeanwhileIsNotUsedAgain() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        assertEquals(200, ask(Wire.request("claude-x")).status());
        upstream.calls().getLast().close();
        long closed = System.nanoTime();
        Patience.await("more than a moment").until(() -> System.nanoTime() - closed > 1_100_000_000);
        assertEquals(200, ask(Wire.request("claude-x")).status());
    }
}
