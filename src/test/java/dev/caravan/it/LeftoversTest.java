package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many clients at a time: every stream is right, and nothing is left of those that leave. */
class LeftoversTest extends GatewayTest {
    private static final int EVENTS = 40;

    private static String stream(int number) {
        StringBuilder stream = new StringBuilder(Wire.opening());
        for (int i = 0; i < EVENTS; i++) {
            stream.append(Wire.frame("content_block_delta", Wire.delta("stream " + number + " event " + i)));
        }
        return stream + Wire.closing();
    }

    private static int number(UpstreamCall call) {
        return Integer.parseInt(call.request().text().replaceAll("(?s).*number-(\\d+)-.*", "$1"));
    }

    private static String body(int number, boolean streaming) {
        String model = "claude-number-" + number + "-";
        return streaming ? Wire.streaming(model) : Wire.request(model);
    }

    @Test
    void twoHundredStreamsAtATimeAreAllRight() throws Exception {
        int count = 200;
        java.util.concurrent.CountDownLatch all = new java.util.concurrent.CountDownLatch(count);
        upstream.script(call -> {
            call.streamHead();
            String stream = stream(number(call));
            int half = stream.length() / 2;
            call.chunk(stream.substring(0, half));
            all.countDown();
            call.await(all); // all are open at the same time
            for (String frame : stream.substring(half).split("(?<=\n)")) {
                call.chunk(frame);
            }
            call.lastChunk();
        });
        List<Callable<String>> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            clients.add(() -> {
                try (RawClient client = gateway.connect()) {
                    return client.post("/v1/messages", body(number, true)).reply().text();
                }
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> texts = threads.invokeAll(clients);
            for (int i = 0; i < count; i++) {
                assertEquals(stream(i), texts.get(i).get());
            }
        }
        gateway.awaitIdle();
        assertEquals(count, gateway.log().accessLines().stream().filter(line -> line.contains(" status=200 ")).count());
    }

    @Test
    void nothingIsLeftOfClientsThatLeaveAtAnyMoment() throws Exception {
        leaveNothing(Long.getLong("caravan.seed", 20_261_120));
    }

    /** The same again and again, each time otherwise. The seed is in the message of a failure. */
    @Tag("long")
    @RepeatedTest(40)
    void norOfManyMore() throws Exception {
        leaveNothing(ThreadLocalRandom.current().nextLong());
    }

    private void leaveNothing(long seed) throws Exception {
        int count = 300;
        upstream.script(call -> {
            int number = number(call);
            Random random = new Random(seed ^ number * 31L);
            if (random.nextInt(5) == 0) {
                call.awaitClientClosed(); // never answers
            }
            call.streamHead();
            for (String frame : stream(number).split("(?<=\n\n)")) {
                call.chunk(frame);
                if (random.nextInt(20) == 0) {
                    call.clientClosed().await(random.nextInt(50), TimeUnit.MILLISECONDS);
                }
            }
            if (random.nextInt(5) == 0) {
                call.awaitClientClosed(); // never ends
            }
            call.lastChunk();
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                clients.add(threads.submit(() -> leaveSometime(number, new Random(seed + number))));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        gateway.awaitIdle();
        assertEquals(List.of(), gateway.log().troubles(), "seed " + seed);
        assertTrue(gateway.log().accessLines().size() <= count);
        Patience.await("no worker is left; seed " + seed).until(() -> gateway.workers() == 0);
        // What is open now is idle in the pool: it serves the next requests.
        Patience.await("no upstream waits; seed " + seed).until(() -> upstream.calls().stream()
                .allMatch(UpstreamCall::over));
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", body(0, false)).reply().status());
        }
    }

    private Void leaveSometime(int number, Random random) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.patience(1 + random.nextInt(400));
            byte[] body = body(number, true).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            if (random.nextInt(8) == 0) {
                client.send("POST /v1/messages HTTP/1.1\r\nhost: caravan\r\ncontent-length: 1000\r\n\r\n{");
                return null;
            }
            client.post("/v1/messages", body);
            if (random.nextInt(3) == 0) {
                Patience.await("a moment").until(() -> random.nextInt(4) == 0);
                return null;
            }
            WireReply reply = client.head();
            assertEquals(200, reply.status());
            int events = random.nextInt(EVENTS);
            for (int i = 0; i < events; i++) {
                reply.event();
            }
            if (random.nextBoolean()) {
                client.reset();
            }
        } catch (SocketTimeoutException e) {
            return null; // has waited long enough
        }
        return null;
    }
}
