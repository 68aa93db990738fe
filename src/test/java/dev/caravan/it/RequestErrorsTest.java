package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does wrong is told in the API's envelope, on a connection that stays good, and never reaches an upstream. */
class RequestErrorsTest extends GatewayTest {
    private static final int MAX_BODY = 1024 * 1024;

    @Override
    protected String config() {
        return """
            server: { max-body: 1MB }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    /** Checks what every refusal has, and that the connection is good for another request. */
    private static JsonNode error(RawClient client, int status, String type) throws IOException {
        WireReply reply = client.reply();
        assertEquals(status, reply.status(), reply.text());
        assertEquals("application/json", reply.header("content-type"));
        assertTrue(reply.header("request-id").matches("req_[A-Za-z0-9]{24}"), reply.header("request-id"));
        assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
        assertEquals("error", reply.json().path("type").asText());
        assertEquals(type, reply.json().path("error").path("type").asText());
        assertEquals(200, client.get("/health/live").reply().status());
        return reply.json().path("error");
    }

    private void assertRefused(String body, String words, String... headers) throws IOException {
        for (String path : List.of("/v1/messages", "/v1/messages/count_tokens")) {
            try (RawClient client = gateway.connect()) {
                JsonNode error = error(client.post(path, body, headers), 400, "invalid_request_error");
                assertTrue(error.path("message").asText().contains(words), error.toString());
            }
        }
        assertEquals(0, upstream.calls().size());
    }

    static Stream<Arguments> badRequests() {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}]";
        return Stream.of(
                Arguments.of("", "empty"),
                Arguments.of(" ", "expected an object"),
                Arguments.of("{", "not valid JSON"),
                Arguments.of("[]", "object"),
                Arguments.of("null", "object"),
                Arguments.of("\"" + Wire.PROMPT + "\"", "object"),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1," + messages + "} x", "not valid JSON"),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1," + messages + "}{}", "goes on"),
                Arguments.of("{'model':'claude-x'}", "not valid JSON"),
                Arguments.of("{\"max_tokens\":1," + messages + "}", "model: Field required"),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1}", "messages: Field required"),
                Arguments.of("{\"model\":7,\"max_tokens\":1," + messages + "}", "model: "),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":\"1\"," + messages + "}", "max_tokens: "),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1,\"messages\":{}}", "messages: "),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":"
                        + "[{\"type\":\"text\"}]}]}", "messages.0.content.0.text"),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1,\"messages\":[{\"role\":\"robot\",\"content\":\""
                        + Wire.PROMPT + "\"}]}", "messages.0.role"),
                Arguments.of("{\"model\":\"claude-x\",\"max_tokens\":1,\"x\":" + "[".repeat(300) + "]".repeat(300) + ","
                        + messages + "}", "nested"),
                Arguments.of(
                        "{\"model\":\"claude-x\",\"max_tokens\":1," + messages + ",\"tools\":[" + "[".repeat(100_000),
                        "tools.0"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void aBadRequestIsToldWithThePlaceOfTheMistake(String body, String words) throws IOException {
        assertRefused(body, words);
    }

    @Test
    void onlyMessagesNeedMaxTokens() throws IOException {
        String body = "{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":\"hello there\"}]}";
        try (RawClient client = gateway.connect()) {
            JsonNode error = error(client.post("/v1/messages", body), 400, "invalid_request_error");
            assertEquals("max_tokens: Field required", error.path("message").asText());
            WireReply count = client.post("/v1/messages/count_tokens", body).reply();
            assertEquals(200, count.status());
            assertTrue(count.json().path("input_tokens").asInt() > 0, count.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
    void anythingButUtf8IsRefused(String charset) throws IOException {
        byte[] body = Wire.request("claude-x").getBytes(Charset.forName(charset));
        try (RawClient client = gateway.connect()) {
            error(client.post("/v1/messages", body), 400, "invalid_request_error");
        }
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void aByteOrderMarkDoesNoHarm() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        byte[] sent = ("\ufeff" + Wire.request("up/claude-y")).getBytes(StandardCharsets.UTF_8);
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", sent).reply();
            assertEquals(200, reply.status(), reply.text());
        }
        assertTrue(upstream.call().request().text().contains("{\"model\":\"claude-y\",\"max_tokens\":64,"),
                upstream.call().request().text());
    }

    @Test
    void brokenUtf8IsRefused() throws IOException {
        byte[] body = Wire.request("claude-x").replace(Wire.PROMPT, "\u00ff").getBytes(StandardCharsets.ISO_8859_1);
        try (RawClient client = gateway.connect()) {
            error(client.post("/v1/messages", body), 400, "invalid_request_error");
        }
    }

    @Test
    void aCharsetInTheContentTypeDoesNotMatter() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        for (String type : List.of("application/json; charset=utf-16", "application/json;charset=nonsense",
                "text/plain",
                ";;;", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded")) {
            try (RawClient client = gateway.connect()) {
                String body = Wire.request("claude-x");
                client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-type: " + type + "\r\ncontent-length: "
                        + body.length() + "\r\n\r\n" + body);
                assertEquals(Wire.MESSAGE, client.reply().text(), type);
            }
        }
    }

    @Test
    void anUnknownModel() throws IOException {
        for (String body : List.of(Wire.request("gpt-9"), Wire.streaming("gpt-9"), Wire.request("nobody/claude-x"))) {
            try (RawClient client = gateway.connect()) {
                JsonNode error = error(client.post("/v1/messages", body), 404, "not_found_error");
                assertTrue(error.path("message").asText().matches("model: (gpt-9|nobody/claude-x)"), error.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/v1", "/v1/message", "/v1/messages/x", "/v1/complete", "/v2/messages",
            "/v1/messages%00", "/%2e%2e/etc/passwd", "/v1/messages/batches"})
    void anUnknownPath(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            error(client.get(path), 404, "not_found_error");
            error(client.post(path, "{}"), 404, "not_found_error");
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/messages, POST", "PUT, /v1/messages, POST", "DELETE, /v1/messages, POST",
            "GET, /v1/messages/count_tokens, POST", "POST, /v1/models, GET", "POST, /v1/models/x, GET",
            "PATCH, /health, 'GET, HEAD'", "DELETE, /metrics, GET", "POST, /, 'GET, HEAD'", "BREW, /v1/messages, POST"})
    void anotherMethod(String method, String path, String allowed) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.request(method, path);
            WireReply reply = client.head();
            assertEquals(405, reply.status(), reply.text());
            assertEquals(allowed, reply.header("allow"));
            assertEquals("invalid_request_error", reply.json().path("error").path("type").asText());
            assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
        }
    }

    @Test
    void theQueryDoesNotMatter() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages?beta=true", Wire.request("claude-x")).reply().status());
            assertEquals(200, client.post("/v1/messages?=&a=%2f&&b", Wire.request("claude-x")).reply().status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages?x=%zz", "/v1/models?limit=%", "/nothing?%", "/%zz", "/v1/%",
            "/v1/messages%", "/%c3%28/%u0041", "/a%2", "/v1/models/%g0"})
    void anAddressThatIsNotEncodedAsItShouldBe(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            String method = path.contains("messages") ? "POST" : "GET";
            error(client.request(method, path), 400, "invalid_request_error");
        }
        assertEquals(List.of(), gateway.log().troubles());
    }

    @Test
    void anAddressThatIsTooLong() throws IOException {
        try (RawClient client = gateway.connect()) {
            String address = "/v1/messages?" + "a".repeat(5_000);
            error(client.post(address, "{}"), 414, "invalid_request_error");
            error(client.get(address), 414, "invalid_request_error");
            assertEquals(200, client.get("/health").reply().status());
        }
    }

    static Stream<Arguments> whatTheServerCannotRead() {
        String line = "GET /health HTTP/1.1\r\n";
        return Stream.of(
                Arguments.of("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nhost: a\r\n\r\n", 414),
                Arguments.of(line + "host: a\r\nx: " + "a".repeat(10_000) + "\r\n\r\n", 431),
                Arguments.of(line + ("x-a: " + "a".repeat(100) + "\r\n").repeat(100) + "\r\n", 431),
                Arguments.of("garbage\r\n\r\n", 400),
                Arguments.of("GET\r\n\r\n", 400),
                Arguments.of("GET /health HTTP/x\r\nhost: a\r\n\r\n", 400),
                Arguments.of("\u0016\u0003\u0001x\r\n\r\n", 400),
                Arguments.of(line + "host: a\r\nno header\r\n\r\n", 400),
                Arguments.of(line + "host: a\r\nbad header: x\r\n\r\n", 400),
                Arguments.of(line + "host: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx", 400),
                Arguments.of(line + "host: a\r\ncontent-length: -1\r\n\r\n", 400));
    }

    @ParameterizedTest
    @MethodSource("whatTheServerCannotRead")
    void whatIsNoRequest(String sent, int status) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.send(sent).reply();
            assertEquals(status, reply.status(), reply.text());
            assertEquals("application/json", reply.header("content-type"));
            assertEquals("close", reply.header("connection"));
            assertEquals("invalid_request_error", reply.json().path("error").path("type").asText());
            assertTrue(reply.header("request-id").matches("req_[A-Za-z0-9]{24}"), reply.header("request-id"));
            assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
            assertTrue(client.closedByServer());
        }
        assertEquals(List.of(), gateway.log().troubles());
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.get("/health").reply().status());
        }
    }

    @Test
    void whatIsNoRequestBehindOneThatIs() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\ngarbage\r\n\r\n");
            assertEquals(200, client.reply().status());
            WireReply reply = client.reply();
            assertEquals(400, reply.status());
            assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
            assertTrue(client.closedByServer());
        }
    }

    @Test
    void aRequestWithoutAHost() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.send("GET /health HTTP/1.1\r\n\r\n").reply();
            assertEquals(400, reply.status());
            assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
        }
    }

    @Test
    void aBodyAsLargeAsAllowed() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String request = Wire.request("claude-x");
        byte[] body = (request + " ".repeat(MAX_BODY - request.length())).getBytes(StandardCharsets.UTF_8);
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", body).reply().status());
            error(client.post("/v1/messages", java.util.Arrays.copyOf(body, MAX_BODY + 1)), 413, "request_too_large");
        }
        assertArrayEquals(body, upstream.call().request().body());
    }

    @Test
    void aBodyThatSaysItIsTooLargeIsRefusedBeforeItIsSent() throws IOException {
        for (String length : List.of(Integer.toString(MAX_BODY + 1), "99999999999", "9223372036854775807")) {
            try (RawClient client = gateway.connect()) {
                client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: " + length + "\r\n\r\n");
                WireReply reply = client.reply();
                assertEquals(413, reply.status());
                assertEquals("request_too_large", reply.json().path("error").path("type").asText());
                assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
            }
        }
    }

    @Test
    void aClientThatSendsAllOfATooLargeBodyBeforeItReadsGetsToReadTheReply() throws IOException {
        try (RawClient client = gateway.connect()) {
            error(client.post("/v1/messages", new byte[8 * MAX_BODY]), 413, "request_too_large");
        }
        byte[] chunk = new byte[64 * 1024];
        try (RawClient client = gateway.connect()) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int i = 0; i < 128; i++) {
                client.send(Integer.toHexString(chunk.length) + "\r\n").send(chunk).send("\r\n");
            }
            error(client.send("0\r\n\r\n"), 413, "request_too_large");
        }
    }

    @Test
    void aBodyInChunks() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String body = Wire.request("claude-x");
        try (RawClient client = gateway.connect()) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            for (String piece : body.split("(?<=,)")) {
                client.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
            }
            assertEquals(200, client.send("0\r\n\r\n").reply().status());
        }
        assertEquals(body, upstream.call().request().text());
    }

    @Test
    void whoAsksFirstIsToldToGoOn() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String body = Wire.request("claude-x");
        String head = "POST /v1/messages HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: ";
        try (RawClient client = gateway.connect()) {
            client.send(head + body.length() + "\r\n\r\n");
            assertEquals(100, client.head().status());
            assertEquals(200, client.send(body).reply().status());
        }
        try (RawClient client = gateway.connect()) {
            client.send(head + (MAX_BODY + 1) + "\r\n\r\n");
            assertEquals(413, client.reply().status(), "and is told at once when it need not");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd", "deflate, gzip"})
    void aCompressedBody(String coding) throws IOException {
        assertRefused("\u001f", "content-encoding", "content-encoding: " + coding);
    }

    @Test
    void theVersionsOfTheApi() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        String sampled = Wire.request("claude-x").replace("\"max_tokens\"", "\"temperature\":1,\"max_tokens\"");
        try (RawClient client = gateway.connect()) {
            for (String version : List.of("2023-06-01", "2026-10-21")) {
                assertEquals(200, client.post("/v1/messages", Wire.request("claude-x"), "anthropic-version: " + version)
                        .reply().status());
            }
            assertEquals(200, client.post("/v1/messages", sampled, "anthropic-version: 2023-06-01").reply().status());
            assertEquals(200, client.post("/v1/messages", sampled).reply().status());
            JsonNode removed = error(client.post("/v1/messages", sampled, "anthropic-version: 2026-10-21"), 400,
                    "invalid_request_error");
            assertTrue(removed.path("message").asText().startsWith("temperature: "), removed.toString());
            JsonNode unknown = error(client.post("/v1/messages", Wire.request("claude-x"),
                    "anthropic-version: 2024-02-30"), 400, "invalid_request_error");
            assertTrue(unknown.path("message").asText().contains("2024-02-30"), unknown.toString());
        }
    }

    @Test
    void everyReplyHasItsOwnRequestId() throws IOException {
        upstream.script(Wire::answer);
        try (RawClient client = gateway.connect()) {
            String previous = "";
            client.post("/v1/messages", Wire.request("claude-x"));
            previous = nextId(client.reply(), previous);
            client.post("/v1/messages", Wire.streaming("claude-x"));
            previous = nextId(client.reply(), previous);
            for (String path : List.of("/", "/health", "/health/live", "/health/ready", "/v1/models", "/metrics")) {
                previous = nextId(client.get(path).reply(), previous);
            }
            previous = nextId(client.request("HEAD", "/").headReply(), previous);
            nextId(client.request("OPTIONS", "/v1/messages").reply(), previous);
        }
    }

    private static String nextId(WireReply reply, String previous) {
        String id = reply.header("request-id");
        assertTrue(id != null && id.matches("req_[A-Za-z0-9]{24}"), reply.status() + " " + reply.headers());
        assertNotEquals(previous, id);
        return id;
    }
}
