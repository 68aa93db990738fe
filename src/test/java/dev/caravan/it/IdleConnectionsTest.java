package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Connections that are open and on which nothing is asked, or not to its end. */
class IdleConnectionsTest extends GatewayTest {
    private static final int LIMIT_MILLIS = 1_000;

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.request-timeout", LIMIT_MILLIS + "ms");
    }

    @Test
    void aClientThatSaysNothing() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertTrue(client.closedByServer());
        }
    }

    @Test
    void aClientThatStopsInTheHeadOfItsRequest() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-le");
            assertTrue(client.closedByServer());
        }
    }

    @Test
    void aClientThatTricklesTheHeadOfItsNextRequest() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.get("/health").reply().status());
            client.send("GET /health HTTP/1.1\r\nx: ");
            client.awaitRefused(); // a byte every few milliseconds
        }
    }

    @Test
    void http2() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        upstream.script(call -> call.await(closed).json(Wire.MESSAGE));
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpRequest health = HttpRequest.newBuilder(gateway.uri("/health")).build();
            HttpRequest message = HttpRequest.newBuilder(gateway.uri("/v1/messages"))
                    .POST(HttpRequest.BodyPublishers.ofString(Wire.request("claude-x"))).build();
            assertEquals(HttpClient.Version.HTTP_2, client.send(health, BodyHandlers.ofString()).version());
            CompletableFuture<HttpResponse<String>> reply = client.sendAsync(message, BodyHandlers.ofString());
            for (int i = 0; i < 2; i++) {
                try (RawClient silent = gateway.connect()) {
                    assertTrue(silent.closedByServer());
                }
            }
            closed.countDown();
            assertEquals(Wire.MESSAGE, reply.get().body());
        }
    }

    @Test
    void aClientThatAsksNothingMore() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.get("/health").reply().status());
            assertTrue(client.closedByServer());
        }
    }

    @Test
    void aClientThatStopsInTheBodyOfItsRequest() throws IOException {
        for (String path : new String[]{"/v1/messages", "/v1/messages/count_tokens"}) {
            try (RawClient client = gateway.connect()) {
                client.send("POST " + path + " HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{");
                WireReply reply = client.reply();
                assertEquals(408, reply.status(), reply.text());
                assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
                assertTrue(client.closedByServer());
            }
        }
        assertEquals(0, upstream.calls().size());
    }

    @Test
    void aRequestUnderWayMayBeSilent() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        upstream.script(call -> {
            call.await(closed);
            if (call.request().text().contains("\"stream\":true")) {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            } else {
                call.json(Wire.MESSAGE);
            }
        });
        try (RawClient whole = gateway.connect();
                RawClient stream = gateway.connect();
                RawClient silent = gateway.connect()) {
            whole.post("/v1/messages", Wire.request("claude-x"));
            stream.post("/v1/messages", Wire.streaming("claude-x"));
            assertTrue(silent.closedByServer()); // which came last: by now they have been silent for as long
            try (RawClient another = gateway.connect()) {
                assertTrue(another.closedByServer());
            }
            closed.countDown();
            assertEquals(Wire.MESSAGE, whole.reply().text());
            assertEquals(Wire.stream(), stream.reply().text());
            assertTrue(whole.closedByServer());
        }
    }

    @Test
    void requestsOneBehindTheOtherAreAllAnswered() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        upstream.script(call -> call.await(closed).json(Wire.MESSAGE));
        try (RawClient client = gateway.connect(); RawClient silent = gateway.connect()) {
            client.get("/health").post("/v1/messages", Wire.request("claude-x"));
            assertEquals(200, client.reply().status());
            assertTrue(silent.closedByServer());
            client.patience(LIMIT_MILLIS);
            assertThrows(java.net.SocketTimeoutException.class, client::head);
        } finally {
            closed.countDown();
        }
    }
}
