package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kinds of connections that clients have. */
class ConnectionsTest extends GatewayTest {

    private static void answer(UpstreamCall call) throws IOException {
        if (call.request().text().contains("\"stream\":true")) {
            call.streamHead().chunk(Wire.stream()).lastChunk();
        } else {
            call.json(Wire.MESSAGE);
        }
    }

    @Test
    void bodiesOf32MegabytesAreTheMostByDefault() throws IOException {
        upstream.script(ConnectionsTest::answer);
        byte[] most = new byte[32 * 1024 * 1024];
        java.util.Arrays.fill(most, (byte) ' ');
        byte[] request = Wire.request("claude-x").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        System.arraycopy(request, 0, most, 0, request.length);
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", most).reply().status());
            client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: " + (most.length + 1) + "\r\n\r\n");
            assertEquals(413, client.reply().status());
        }
        assertEquals(most.length, upstream.call().request().body().length);
    }

    @Test
    void oneConnectionForManyRequestsOfAllKinds() throws IOException {
        upstream.script(ConnectionsTest::answer);
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 10; i++) {
                assertEquals(Wire.MESSAGE, client.post("/v1/messages", Wire.request("claude-x")).reply().text());
                assertEquals(Wire.stream(), client.post("/v1/messages", Wire.streaming("claude-x")).reply().text());
                assertEquals(400, client.post("/v1/messages", "{").reply().status());
                assertEquals(404, client.post("/v1/nothing", "{}").reply().status());
                assertEquals(405, client.post("/v1/models", "{}").reply().status());
                assertEquals(200, client.request("HEAD", "/").headReply().status());
            }
        }
    }

    @Test
    void requestsSentAtOnceAreAnsweredInTheirOrder() throws IOException {
        upstream.script(ConnectionsTest::answer);
        try (RawClient client = gateway.connect()) {
            client.post("/v1/messages", Wire.streaming("claude-x")).get("/health/live")
                    .post("/v1/messages", "{").post("/v1/messages", Wire.request("claude-x")).get("/nothing");
            assertEquals(Wire.stream(), client.reply().text());
            assertEquals("{\"status\":\"up\"}", client.reply().text());
            assertEquals(400, client.reply().status());
            assertEquals(Wire.MESSAGE, client.reply().text());
            assertEquals(404, client.reply().status());
        }
    }

    @Test
    void aClientThatWantsItsConnectionClosed() throws IOException {
        upstream.script(ConnectionsTest::answer);
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"), "{")) {
            try (RawClient client = gateway.connect()) {
                client.post("/v1/messages", body, "connection: close").reply();
                assertTrue(client.closedByServer(), body);
            }
        }
    }

    /** ApacheBench, and nginx as it comes, speak HTTP/1.0, which has no chunks: the end of the connection is the end. */
    @Test
    void http10() throws IOException {
        upstream.script(ConnectionsTest::answer);
        for (String body : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            try (RawClient client = gateway.connect()) {
                client.send("POST /v1/messages HTTP/1.0\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
                WireReply reply = client.head();
                assertEquals(200, reply.status());
                assertNull(reply.header("transfer-encoding"));
                String text = client.rest();
                assertEquals(body.contains("stream") ? Wire.stream() : Wire.MESSAGE, text);
            }
        }
    }

    @Test
    void aStreamThatBreaksOverHttp10EndsInAnErrorEvent() throws IOException {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).lastChunk());
        try (RawClient client = gateway.connect()) {
            String body = Wire.streaming("claude-x");
            client.send("POST /v1/messages HTTP/1.0\r\ncontent-length: " + body.length() + "\r\n\r\n" + body).head();
            String text = client.rest();
            assertTrue(text.startsWith(Wire.opening() + "event: error\n"), text);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void javasHttpClient(HttpClient.Version version) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(call -> {
            if (call.request().text().contains("\"stream\":true")) {
                call.streamHead().chunk(Wire.opening()).await(seen).chunk(Wire.closing()).lastChunk();
            } else {
                call.json(Wire.MESSAGE);
            }
        });
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(Wire.MESSAGE, client.send(request(Wire.request("claude-x")),
                        HttpResponse.BodyHandlers.ofString()).body());
                HttpResponse<String> refused = client.send(request("{"), HttpResponse.BodyHandlers.ofString());
                assertEquals(400, refused.statusCode());
                assertEquals(version, refused.version());
            }
            HttpResponse<java.util.stream.Stream<String>> stream = client.send(request(Wire.streaming("claude-x")),
                    HttpResponse.BodyHandlers.ofLines());
            StringBuilder text = new StringBuilder();
            stream.body().forEach(line -> {
                text.append(line).append('\n');
                if (line.startsWith("event: message_start")) {
                    seen.countDown();
                }
            });
            assertEquals(Wire.opening() + Wire.closing(), text.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void javasHttpClientThatLeaves(HttpClient.Version version) throws Exception {
        upstream.script(call -> call.streamHead().chunk(Wire.opening()).awaitClientClosed());
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            // One request before, so that the connection is one of the wanted version already.
            client.send(HttpRequest.newBuilder(gateway.uri("/health/live")).build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpResponse<java.io.InputStream> stream = client.send(request(Wire.streaming("claude-x")),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(version, stream.version());
            assertTrue(stream.body().read() > 0);
            stream.body().close();
            Patience.await("the upstream's connection is closed")
                    .until(() -> upstream.call().clientClosed().getCount() == 0);
        }
        gateway.awaitIdle();
        Patience.await("a line").until(() -> gateway.log().accessLines().stream()
                .anyMatch(line -> line.contains(" status=499 ") && line.endsWith(" cancelled=true")));
    }

    private HttpRequest request(String body) {
        return HttpRequest.newBuilder(gateway.uri("/v1/messages")).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }
}
