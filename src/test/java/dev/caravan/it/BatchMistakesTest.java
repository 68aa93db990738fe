package dev.caravan.it;

import static dev.caravan.it.BatchClient.BATCHES;
import static dev.caravan.it.BatchClient.error;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that are refused: told why, with nothing of them left. */
class BatchMistakesTest extends BatchTest {
    private static final String EMPTY = "{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}";
    /** As many as one insert and a half, so that some requests are in the database when the mistake is found. */
    private static final int MANY = 750;
    private static final int MB = 1 << 20;

    @AfterEach
    void nothingIsHalfCreated() throws IOException {
        assertEquals(EMPTY, client(KEY).list("").toString());
        assertEquals(List.of(), upstream.calls());
    }

    private static String ok(String customId) {
        return request(customId, Wire.request("claude-x"));
    }

    private static String many(int count) {
        return IntStream.range(0, count).mapToObj(i -> ok("r" + i)).collect(Collectors.joining(","));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("an empty body", "", "the request body is empty; expected a JSON object"),
                Arguments.of("no JSON", "custom_id,model\na,b", "the request body is not valid JSON (line 1, column "),
                Arguments.of("a list", "[]", "expected an object, got an array"),
                Arguments.of("no requests", "{}", "requests: Field required"),
                Arguments.of("no request", batch(), "requests: at least one request is required"),
                Arguments.of("a request for messages", Wire.request("claude-x"),
                        "model: Extra inputs are not permitted"),
                Arguments.of("lines", ok("a") + "\n" + ok("b"), "custom_id: Extra inputs are not permitted"),
                Arguments.of("a custom_id twice", batch(many(MANY), ok("r3")),
                        "requests.750.custom_id: \"r3\" is the custom_id of requests.3 already"),
                Arguments.of("a bad custom_id", batch(many(MANY), ok("a b")),
                        "requests.750.custom_id: expected 1 to 64 letters"),
                Arguments.of("a long custom_id", batch(ok("x".repeat(65))), "requests.0.custom_id: expected 1 to 64"),
                Arguments.of("a request without params", batch(many(MANY), "{\"custom_id\":\"z\"}"),
                        "requests.750.params: Field required"),
                Arguments.of("params that are text", batch(request("a", "\"" + Wire.PROMPT + "\"")),
                        "requests.0.params: expected an object, got a string"),
                Arguments.of("no JSON at the end", batch(many(MANY), request("z", "{\"model\":}")),
                        "the request body is not valid JSON (line 1, column "),
                Arguments.of("JSON that ends too early", "{\"requests\":[" + many(MANY),
                        "the request body is not valid JSON: it ends too early"),
                Arguments.of("more behind the end", batch(many(MANY)) + batch(ok("a")),
                        "the request body goes on after its JSON object"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String name, String body, String message) throws IOException {
        String told = error(client(KEY).post(BATCHES, body), 400, "invalid_request_error").path("message").asText();
        assertTrue(told.startsWith(message), told);
        assertTrue(!told.contains(Wire.PROMPT), told);
    }

    @Test
    void oneMoreThanABatchMayHave() throws IOException {
        String body = batch(IntStream.rangeClosed(0, 100_000).mapToObj(i -> request("r" + i, "{}"))
                .collect(Collectors.joining(",")));
        assertEquals("requests: there are more than 100000 requests",
                error(client(KEY).post(BATCHES, body), 400, "invalid_request_error").path("message").asText());
    }

    @Test
    void tooManyBytesThatAreTold() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send(head("content-length: " + 257L * MB + "\r\nexpect: 100-continue"));
            assertTooLarge(client.reply());
        }
    }

    /** The connection takes no more than it reads, so the test holds no more than a piece, and neither does the gateway. */
    @Test
    void tooManyBytesThatAreNotTold() throws IOException {
        byte[] blank = " ".repeat(MB).getBytes(UTF_8);
        try (RawClient client = gateway.connect()) {
            client.send(head("transfer-encoding: chunked"));
            chunk(client, ("{\"requests\":[" + many(MANY)).getBytes(UTF_8));
            for (int i = 0; i < 256; i++) {
                chunk(client, blank);
            }
            client.send("0\r\n\r\n");
            assertTooLarge(client.reply());
        }
    }

    private static void assertTooLarge(WireReply reply) throws IOException {
        assertEquals("the request body is larger than the allowed " + 256L * MB + " bytes",
                error(reply, 413, "request_too_large").path("message").asText());
    }

    private static String head(String header) {
        return "POST " + BATCHES + " HTTP/1.1\r\nhost: caravan\r\nx-api-key: " + KEY + "\r\n" + header + "\r\n\r\n";
    }

    private static void chunk(RawClient client, byte[] bytes) throws IOException {
        client.send(Integer.toHexString(bytes.length) + "\r\n").send(bytes).send("\r\n");
    }

    @Test
    void paramsOfMoreThanARequestMayHave() throws IOException {
        String body = batch(ok("a"), request("b", "{\"x\":\"" + "x".repeat(33 * MB) + "\"}"));
        assertEquals("requests.1.params: is larger than 32 MB",
                error(client(KEY).post(BATCHES, body), 400, "invalid_request_error").path("message").asText());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesInTheMiddle(boolean reset) throws IOException {
        byte[] half = ("{\"requests\":[" + many(MANY)).getBytes(UTF_8);
        try (RawClient client = gateway.connect()) {
            client.send(head("content-length: " + 10 * MB + "\r\nexpect: 100-continue"));
            assertEquals(100, client.head().status(), "the body is being read");
            client.send(half);
            if (reset) {
                client.reset();
            }
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=499 ") && line.endsWith(" cancelled=true"), line);
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles(), "a client that leaves is no trouble");
    }

    @Test
    void aCompressedBody() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(batch(ok("a")).getBytes(UTF_8));
        }
        String message = error(client(KEY).post(BATCHES, packed.toByteArray(), "content-encoding: gzip"), 400,
                "invalid_request_error").path("message").asText();
        assertEquals("content-encoding: a compressed request body is not accepted", message);
        String unsaid = error(client(KEY).post(BATCHES, packed.toByteArray()), 400, "invalid_request_error")
                .path("message").asText();
        assertTrue(unsaid.startsWith("the request body is not valid JSON"), unsaid);
    }

    @Test
    void moreBetasThanAreKept() throws IOException {
        String betas = IntStream.range(0, 300).mapToObj(i -> "beta-2026-01-" + i).collect(Collectors.joining(","));
        String message = error(client(KEY).post(BATCHES, batch(ok("a")), "anthropic-beta: " + betas), 400,
                "invalid_request_error").path("message").asText();
        assertTrue(message.startsWith("anthropic-beta: "), message);
    }
}
