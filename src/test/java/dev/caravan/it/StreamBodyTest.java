package dev.caravan.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.http.ClientClosedException;
import dev.caravan.http.OpenCall;
import dev.caravan.http.StreamBody;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are read while they arrive. */
class StreamBodyTest extends GatewayTest {
    private static final int MB = 1 << 20;
    /** What the kernel may keep of a body that nobody reads, on both sides, and Caravan. */
    private static final long MOST_WAITING = 16L * MB;

    private interface Reader {
        String read(InputStream body) throws Exception;
    }

    private volatile Reader reader;
    private volatile Call call;
    private volatile CompletableFuture<Exception> thrown;

    @BeforeAll
    void addDoors() throws Exception {
        OpenCall patient = new OpenCall();
        patient.setInterrupt(false);
        gateway.context().addRoutes(new Door() {
            @Override
            public void configure() {
                open("/upload", "POST", patient).process("caravanStreamBody").process(StreamBodyTest.this::consume)
                        .process("caravanSendReply");
                open("/small", "POST").process(limited("64KB", 120)).process(StreamBodyTest.this::consume)
                        .process("caravanSendReply");
                open("/impatient", "POST").process(limited("1GB", 4)).process(StreamBodyTest.this::consume)
                        .process("caravanSendReply");
            }
        });
    }

    private static StreamBody limited(String most, int idleSeconds) {
        StreamBody body = new StreamBody();
        body.setMaxSize(most);
        body.setIdleTimeout(Duration.ofSeconds(idleSeconds));
        return body;
    }

    private void consume(Exchange exchange) throws Exception {
        try {
            call = exchange.getProperty(Call.PROPERTY, Call.class);
            String told = reader.read(exchange.getMessage().getBody(InputStream.class));
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setBody(told);
        } catch (Exception e) {
            thrown.complete(e);
            throw e;
        }
    }

    @BeforeEach
    void readAll() {
        reader = StreamBodyTest::summary;
        thrown = new CompletableFuture<>();
    }

    private static String summary(InputStream body) throws IOException {
        CRC32 sum = new CRC32();
        long length = 0;
        byte[] buffer = new byte[8_000];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            sum.update(buffer, 0, n);
            length += n;
        }
        return length + " " + sum.getValue();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }

    private static String summary(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return bytes.length + " " + sum.getValue();
    }

    private static String chunkedHead(String path) {
        return "POST " + path + " HTTP/1.1\r\nhost: caravan\r\ntransfer-encoding: chunked\r\n\r\n";
    }

    private static byte[] chunk(byte[] bytes) {
        byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(US_ASCII);
        byte[] chunk = Arrays.copyOf(size, size.length + bytes.length + 2);
        System.arraycopy(bytes, 0, chunk, size.length, bytes.length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        return chunk;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 300, 8_192, 65_536, 65_537, 300_000, 3_000_000})
    void arrivesAsItWasSent(int length) throws IOException {
        byte[] body = bytes(length);
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                WireReply reply = client.post("/upload", body).reply();
                assertEquals(200, reply.status());
                assertEquals(summary(body), reply.text());
                client.send(chunkedHead("/upload"));
                for (int from = 0; from < length; from += 50_000) {
                    client.send(chunk(Arrays.copyOfRange(body, from, Math.min(length, from + 50_000))));
                }
                assertEquals(summary(body), client.send("0\r\n\r\n").reply().text());
            }
        }
    }

    @Test
    void byteByByte() throws IOException {
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 2; i++) {
                for (byte b : "POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\n".getBytes(US_ASCII)) {
                    client.send(new byte[]{b});
                }
                for (byte b : bytes(50)) {
                    client.send(new byte[]{b});
                }
                assertEquals(summary(bytes(50)), client.reply().text());
            }
        }
    }

    @Test
    void aClientThatAsksIsToldToSend() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /upload HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 300\r\n\r\n");
            assertEquals(100, client.head().status());
            assertEquals(summary(bytes(300)), client.send(bytes(300)).reply().text());
        }
    }

    @Test
    void aClientSendsNoFasterThanIsRead() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        reader = body -> {
            body.read();
            read.await();
            return summary(body);
        };
        byte[] piece = bytes(64 * 1024);
        int pieces = 1_000;
        AtomicLong sent = new AtomicLong();
        try (RawClient client = gateway.connect()) {
            client.send(chunkedHead("/upload"));
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < pieces; i++) {
                        client.send(chunk(piece));
                        sent.addAndGet(piece.length);
                    }
                    client.send("0\r\n\r\n");
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            long[] last = {-1, System.nanoTime()};
            Patience.await("the client cannot send").until(() -> {
                if (sent.get() != last[0]) {
                    last[0] = sent.get();
                    last[1] = System.nanoTime();
                }
                return last[0] > 0 && System.nanoTime() - last[1] > 500_000_000;
            });
            assertTrue(sent.get() < MOST_WAITING, "the client could send " + sent.get() + " bytes");
            read.countDown();
            assertTrue(client.reply().text().startsWith(64L * 1024 * pieces - 1 + " "));
            sender.join();
        }
    }

    @ParameterizedTest
    @CsvSource({"65535, 200", "65536, 200", "65537, 413", "500000, 413"})
    void aDoorsOwnLimit(int length, int status) throws IOException {
        try (RawClient client = gateway.connect()) {
            assertEquals(status, client.post("/small", bytes(length)).reply().status());
            client.send(chunkedHead("/small"));
            for (int from = 0; from < length; from += 10_000) {
                client.send(chunk(Arrays.copyOfRange(bytes(length), from, Math.min(length, from + 10_000))));
            }
            WireReply reply = client.send("0\r\n\r\n").reply();
            assertEquals(status, reply.status());
            if (status == 413) {
                assertEquals("request_too_large", reply.json().at("/error/type").asText());
                assertEquals("the request body is larger than the allowed 65536 bytes",
                        reply.json().at("/error/message").asText());
            }
            assertEquals(200, client.post("/small", bytes(10)).reply().status(), "the connection goes on");
        }
    }

    @Test
    void moreThanABatchMayHaveIsRefusedBeforeItIsSent() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /upload HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: " + (257 << 20)
                    + "\r\n\r\n");
            WireReply reply = client.reply();
            assertEquals(413, reply.status());
            assertEquals("request_too_large", reply.json().at("/error/type").asText());
        }
        assertFalse(thrown.isDone(), "nobody has read it");
    }

    @Test
    void moreThanABatchMayHaveIsRefusedWhileItArrives() throws Exception {
        AtomicLong read = new AtomicLong();
        reader = body -> {
            byte[] buffer = new byte[64 * 1024];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                read.addAndGet(n);
            }
            return "all";
        };
        byte[] piece = chunk(new byte[MB]);
        try (RawClient client = gateway.connect()) {
            client.send(chunkedHead("/upload"));
            for (int i = 0; i < 257; i++) {
                client.send(piece);
            }
            assertEquals(413, client.send("0\r\n\r\n").reply().status());
        }
        assertEquals(413, assertInstanceOf(ApiException.class, thrown.get()).status());
        assertTrue(read.get() > 250L * MB && read.get() <= 256L * MB, read + " bytes were read");
    }

    @Test
    void serverMaxBodyDoesNotCount() throws IOException {
        byte[] body = new byte[33 * MB];
        try (RawClient client = gateway.connect()) {
            assertEquals(summary(body), client.post("/upload", body).reply().text());
        }
    }

    @Test
    void aClientThatPausesTooLong() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.send("POST /impatient HTTP/1.1\r\nhost: a\r\ncontent-length: 300\r\n\r\n")
                    .send(bytes(299)).reply();
            assertEquals(408, reply.status());
            assertEquals("nothing of the request body arrived for 4000 ms",
                    reply.json().at("/error/message").asText());
        }
    }

    @Test
    void aSlowClientMayTakeItsTime() throws Exception {
        try (RawClient client = gateway.connect()) {
            client.send("POST /impatient HTTP/1.1\r\nhost: a\r\ncontent-length: 60\r\n\r\n");
            for (int i = 0; i < 60; i++) {
                Thread.sleep(100); // 6 s, more than a pause may last
                client.send(new byte[]{bytes(60)[i]});
            }
            assertEquals(summary(bytes(60)), client.reply().text());
        }
    }

    @ParameterizedTest
    @CsvSource({"/upload, true", "/upload, false", "/impatient, true", "/impatient, false"})
    void aClientThatLeaves(String path, boolean reset) throws Exception {
        for (String head : new String[]{chunkedHead(path) + "5\r\nhello\r\n",
                "POST " + path + " HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nhello"}) {
            thrown = new CompletableFuture<>();
            gateway.log().clear();
            CountDownLatch begun = new CountDownLatch(1);
            reader = body -> {
                body.readNBytes(5);
                begun.countDown();
                return summary(body);
            };
            try (RawClient client = gateway.connect()) {
                client.send(head);
                begun.await();
                if (reset) {
                    client.reset();
                }
            }
            assertInstanceOf(ClientClosedException.class, thrown.get());
            assertLoggedAsCancelled();
        }
    }

    @Test
    void aClientThatLeavesWhenItHasSentEverything() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        reader = body -> {
            body.read();
            begun.countDown();
            Patience.await("the client is known to have left").until(() -> call.getCancellation().cancelled());
            assertFalse(Thread.currentThread().isInterrupted());
            return summary(body);
        };
        try (RawClient client = gateway.connect()) {
            client.post("/upload", bytes(100_000));
            begun.await();
        }
        assertInstanceOf(ClientClosedException.class, thrown.get());
        assertLoggedAsCancelled();
    }

    @Test
    void aBodyThatIsNotHttp() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        reader = body -> {
            body.readNBytes(5);
            begun.countDown();
            return summary(body);
        };
        try (RawClient client = gateway.connect()) {
            client.send(chunkedHead("/upload") + "5\r\nhello\r\n");
            begun.await();
            client.send("zz\r\n");
            assertTrue(client.closedByServer());
        }
        assertInstanceOf(ClientClosedException.class, thrown.get());
        assertLoggedAsCancelled();
    }

    /** The connection may be closed before the call is opened, or while the body is read. */
    @Test
    void aBodyThatIsNotHttpFromItsBeginning() throws Exception {
        for (int i = 0; i < 30; i++) {
            gateway.log().clear();
            try (RawClient client = gateway.connect()) {
                client.send(chunkedHead("/upload") + "5\r\nhello\r\nzz\r\n");
                assertTrue(client.closedByServer());
            }
            gateway.awaitIdle();
            assertEquals(List.of(), gateway.log().troubles());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 10_000_000})
    void aRefusalBeforeTheEndReachesTheClient(int length) throws IOException {
        reader = body -> {
            body.readNBytes(100);
            throw ApiException.invalid("requests.0.custom_id", "Field required");
        };
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                WireReply reply = client.post("/upload", bytes(length)).reply();
                assertEquals(400, reply.status());
                assertEquals("requests.0.custom_id: Field required", reply.json().at("/error/message").asText());
            }
        }
    }

    @Test
    void aBodyThatNobodyReads() throws IOException {
        reader = body -> "unread";
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                assertEquals("unread", client.post("/upload", bytes(1_000_000)).reply().text());
            }
        }
    }

    @Test
    void aCompressedBody() throws IOException {
        try (RawClient client = gateway.connect()) {
            assertEquals(400, client.post("/upload", "x".getBytes(UTF_8), "content-encoding: gzip").reply().status());
        }
    }
}
