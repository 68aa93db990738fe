package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.http.OpenCall;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.camel.Exchange;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that are sent part by part and are no events. */
class StreamChunksTest extends GatewayTest {
    private static final int SMALL = 16 * 1024;
    private static final int ENDLESS = Integer.MAX_VALUE;

    private volatile int count;
    private volatile IntFunction<byte[]> part;
    private volatile Call call;
    private final AtomicInteger made = new AtomicInteger();

    @BeforeAll
    void addDoors() throws Exception {
        OpenCall stalling = new OpenCall();
        stalling.setStallTimeout(Duration.ofSeconds(1));
        stalling.setInterrupt(false);
        gateway.context().addRoutes(new Door() {
            @Override
            public void configure() {
                parts(open("/download", "GET,HEAD"));
                parts(open("/stalling", "GET", stalling));
            }
        });
    }

    private void parts(RouteDefinition door) {
        door.removeHeaders("*").setHeader(Exchange.CONTENT_TYPE).constant("application/x-jsonl")
                .process(exchange -> exchange.getMessage().setBody(source(exchange)))
                .split().body().streaming().stopOnException().process("caravanStreamChunk").end()
                .process("caravanEndChunks");
    }

    private Iterator<byte[]> source(Exchange exchange) {
        call = exchange.getProperty(Call.PROPERTY, Call.class);
        return new Iterator<>() {
            private int next;
            private boolean failed;

            @Override
            public boolean hasNext() {
                return next < count && !failed && !call.getCancellation().cancelled();
            }

            @Override
            public byte[] next() {
                failed = true;
                byte[] bytes = part.apply(next++);
                failed = false;
                made.incrementAndGet();
                return bytes;
            }
        };
    }

    @BeforeEach
    void forgetParts() {
        made.set(0);
        parts(3, number -> line(number, 40));
    }

    private void parts(int howMany, IntFunction<byte[]> each) {
        part = each;
        count = howMany;
    }

    private static byte[] line(int number, int length) {
        byte[] line = "x".repeat(length).getBytes();
        byte[] text = (number + " ").getBytes();
        System.arraycopy(text, 0, line, 0, text.length);
        line[length - 1] = '\n';
        return line;
    }

    private byte[] all() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(part.apply(i));
        }
        return all.toByteArray();
    }

    private static void awaitBlocked(AtomicInteger progress) {
        long[] last = {-1, System.nanoTime()};
        Patience.await("nothing more is made").pollInterval(Duration.ofMillis(20)).until(() -> {
            if (progress.get() != last[0]) {
                last[0] = progress.get();
                last[1] = System.nanoTime();
            }
            return last[0] > 0 && System.nanoTime() - last[1] > 300_000_000;
        });
    }

    @Test
    void theClientGetsAllOfIt() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (int length : new int[]{10, 5_000, 300_000}) {
                parts(20, number -> line(number, length));
                WireReply reply = client.get("/download").reply();
                assertEquals(200, reply.status());
                assertEquals("application/x-jsonl", reply.header("content-type"));
                assertTrue(reply.header("request-id").startsWith("req_"));
                assertArrayEquals(all(), reply.body());
            }
        }
    }

    @Test
    void aReplyWithoutParts() throws IOException {
        parts(0, null);
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.get("/download").reply();
            assertEquals(200, reply.status());
            assertEquals("application/x-jsonl", reply.header("content-type"));
            assertEquals("", reply.text());
        }
    }

    @Test
    void aClientThatOnlyAsksForTheHead() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                WireReply head = client.request("HEAD", "/download").headReply();
                assertEquals(200, head.status());
                assertEquals("application/x-jsonl", head.header("content-type"));
                assertArrayEquals(all(), client.get("/download").reply().body());
            }
        }
    }

    @Test
    void nothingIsMadeForAClientThatDoesNotRead() throws IOException {
        parts(50_000, number -> line(number, 1_000));
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            WireReply reply = client.get("/download").head();
            awaitBlocked(made);
            assertTrue(made.get() * 1_000L < BackPressureTest.MOST_WAITING, made + " parts were made");
            for (int number = 0; number < count; number++) {
                byte[] line = new byte[1_000];
                for (int i = 0; i < line.length; i++) {
                    line[i] = (byte) reply.read();
                }
                assertArrayEquals(line(number, 1_000), line);
            }
            assertEquals(-1, reply.read());
        }
        assertTrue(gateway.log().accessLine().endsWith(" cancelled=false"));
    }

    @Test
    void aClientThatStallsIsCutOff() throws IOException {
        parts(ENDLESS, number -> line(number, 1_000));
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            client.get("/stalling");
            assertLoggedAsCancelled();
            client.awaitRefused();
        }
    }

    /** One part may take longer than a client may stall. */
    @Test
    void aSlowClientIsNot() throws Exception {
        parts(1, number -> line(number, 4_000_000));
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            WireReply reply = client.get("/stalling").head();
            byte[] all = all();
            for (int i = 0; i < all.length; i++) {
                if (i % 100_000 == 0) {
                    Thread.sleep(75); // 3 s in all
                }
                assertEquals(all[i], (byte) reply.read());
            }
            assertEquals(-1, reply.read());
        }
    }

    @Test
    void aClientThatLeavesStopsIt() throws IOException {
        parts(ENDLESS, number -> line(number, 1_000));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.get("/download").head();
            for (int i = 0; i < 5_000_000; i++) {
                reply.read();
            }
        }
        assertLoggedAsCancelled();
    }

    @Test
    void aFailureBeforeTheFirstPart() throws IOException {
        parts(3, number -> {
            throw ApiException.invalid("id", "there are no results yet");
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.get("/download").reply();
            assertEquals(400, reply.status());
            assertEquals("application/json", reply.header("content-type"));
            assertEquals("id: there are no results yet", reply.json().at("/error/message").asText());
        }
    }

    @Test
    void aFailureLaterNeverLooksLikeAnEnd() throws IOException {
        for (int at : new int[]{1, 2, 40, 4_000}) {
            failAt(at);
            for (int i = 0; i < 10; i++) {
                gateway.log().clear();
                try (RawClient client = gateway.connect()) {
                    client.get("/download");
                    assertThrows(IOException.class, client::reply);
                    String line = gateway.log().accessLine();
                    assertTrue(line.contains(" error=api_error "), line);
                    assertTrue(line.endsWith(" cancelled=false"), line);
                    assertEquals(List.of(), gateway.log().troubles());
                }
            }
        }
    }

    @Test
    void aFaultOfCaravansOwnIsLogged() throws IOException {
        parts(ENDLESS, number -> {
            if (number == 100) {
                throw new IllegalStateException("jdbc:postgresql://db.internal");
            }
            return line(number, 1_000);
        });
        // How much of it has gone out when the connection is cut is a matter of luck; that it is not whole is not.
        try (RawClient client = gateway.connect()) {
            client.get("/download");
            assertThrows(IOException.class, client::reply);
        }
        gateway.awaitIdle();
        assertEquals(1, gateway.log().troubles().size(), gateway.log().troubles().toString());
        assertFalse(gateway.log().troubles().getFirst().text().isEmpty());
    }

    /** The end of the connection is the end of such a reply: it must not be a proper one. */
    @Test
    void aFailureOverHttp10() throws IOException {
        for (String header : new String[]{"", "connection: keep-alive\r\n"}) {
            parts(40, number -> line(number, 1_000));
            try (RawClient client = gateway.connect()) {
                String whole = client.send("GET /download HTTP/1.0\r\n" + header + "\r\n").rest();
                assertTrue(whole.endsWith(new String(all(), UTF_8)));
            }
        }
        failAt(40);
        for (int i = 0; i < 10; i++) {
            try (RawClient client = gateway.connect()) {
                client.send("GET /download HTTP/1.0\r\n\r\n");
                assertThrows(IOException.class, client::rest);
            }
        }
    }

    @Test
    void aFailureOverHttp2() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpRequest request = HttpRequest.newBuilder(gateway.uri("/download")).timeout(Duration.ofSeconds(30))
                    .build();
            for (int i = 0; i < 10; i++) {
                parts(40, number -> line(number, 1_000));
                HttpResponse<byte[]> whole = client.send(request, BodyHandlers.ofByteArray());
                assertEquals(HttpClient.Version.HTTP_2, whole.version());
                assertArrayEquals(all(), whole.body());
                failAt(40);
                IOException e = assertThrows(IOException.class,
                        () -> client.send(request, BodyHandlers.ofByteArray()));
                assertFalse(e instanceof HttpTimeoutException, e.toString());
            }
        }
    }

    @Test
    void aClientThatLeavesOverHttp2() throws Exception {
        parts(ENDLESS, number -> line(number, 1_000));
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpRequest request = HttpRequest.newBuilder(gateway.uri("/download")).build();
            try (InputStream body = client.send(request, BodyHandlers.ofInputStream()).body()) {
                assertEquals(100_000, body.readNBytes(100_000).length);
            }
            assertLoggedAsCancelled();
        }
    }

    private void failAt(int at) {
        parts(ENDLESS, number -> {
            if (number == at) {
                throw new ApiException(503, ErrorType.API_ERROR, "the store is gone");
            }
            return line(number, 1_000);
        });
    }

    /** Its parts come to an end, which is not the reply's. */
    @ParameterizedTest
    @ValueSource(strings = {"/download", "/stalling"})
    void aCallThatIsCancelledWhileItsClientIsThere(String path) throws IOException {
        for (int at : new int[]{0, 1, 40, 4_000}) {
            gateway.log().clear();
            parts(ENDLESS, number -> {
                if (number == at) {
                    call.getCancellation().cancel();
                }
                return line(number, 1_000);
            });
            try (RawClient client = gateway.connect()) {
                client.get(path);
                assertThrows(IOException.class, client::reply);
                assertLoggedAsCancelled();
            }
        }
    }
}
