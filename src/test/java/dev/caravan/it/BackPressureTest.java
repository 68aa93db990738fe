package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that does not read stops the upstream from being read, and everything is there when it reads again. */
@Tag("case-23")
class BackPressureTest extends GatewayTest {
    private static final int SMALL = 16 * 1024;
    /** What may wait for a client inside the gateway and in the kernel's buffers on both sides of it. */
    static final long MOST_WAITING = 2 * 1024 * 1024;
    /** How far a kernel lets the buffers of a connection grow that was read fast; Linux 6 MB for reading and 4 MB for writing. */
    private static final long GROWN_BUFFERS = 10 * 1024 * 1024;

    @Override
    protected String config() {
        return """
            timeouts: { idle: 1h }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    private static String event(int number) {
        return Wire.frame("content_block_delta", Wire.delta(number + " " + "x".repeat(1_000)));
    }

    /** Waits until the upstream cannot write any more, and tells how much it has written. */
    static long blocked(UpstreamCall call) {
        long[] last = {-1, System.nanoTime()};
        Patience.await("the upstream cannot write").pollInterval(Duration.ofMillis(20)).until(() -> {
            if (call.written() != last[0]) {
                last[0] = call.written();
                last[1] = System.nanoTime();
            }
            return call.written() > 0 && System.nanoTime() - last[1] > 300_000_000;
        });
        return call.written();
    }

    @Test
    void theUpstreamWaitsForTheClientAndNothingIsLost() throws IOException {
        CountDownLatch enough = new CountDownLatch(1);
        int[] sent = {0};
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            while (enough.getCount() > 0) {
                call.chunk(event(sent[0]++));
            }
            call.chunk(Wire.closing()).lastChunk();
        });
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            assertEquals("message_start", reply.event().name());
            long written = blocked(upstream.call());
            assertTrue(written < MOST_WAITING, "the upstream could write " + written + " bytes");
            enough.countDown();
            int read = 0;
            for (WireEvent event = reply.event(); !event.name().equals("message_stop"); event = reply.event()) {
                if (event.name().equals("content_block_delta")) {
                    assertEquals(event(read++), Wire.frame(event.name(), event.data()));
                }
            }
            assertEquals(sent[0], read);
        }
        assertTrue(gateway.log().accessLine().endsWith(" cancelled=false"));
    }

    @Test
    void aSlowClientGetsEverything() throws IOException {
        int count = 3_000;
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            for (int i = 0; i < count; i++) {
                call.chunk(event(i));
            }
            call.chunk(Wire.closing()).lastChunk();
        });
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            int deltas = 0;
            for (WireEvent event = reply.event(); event != null; event = reply.event()) {
                if (event.name().equals("content_block_delta")) {
                    assertEquals(event(deltas++), Wire.frame(event.name(), event.data()));
                    if (deltas % 1_000 == 0) {
                        blocked(upstream.call());
                    }
                }
            }
            assertEquals(count, deltas);
        }
    }

    @Test
    void alsoWhenTheClientReadAtFirst() throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            for (int i = 0;; i++) {
                call.chunk(event(i));
            }
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
            long read = 0;
            while (read < 20_000_000) {
                WireEvent event = reply.event();
                read += Wire.frame(event.name(), event.data()).length();
            }
            // What the kernel keeps for the client that has stopped to read is this test's own, and does not count.
            long waiting = blocked(upstream.call()) - read - client.receiveBuffer();
            assertTrue(waiting < MOST_WAITING + GROWN_BUFFERS, waiting + " bytes wait");
        }
    }

    @Test
    void aWholeMessageThatNobodyReadsHoldsNothingUp() throws IOException {
        String message = Wire.MESSAGE.replace(Wire.ANSWER, "x".repeat(8_000_000));
        upstream.script(call -> call.json(message));
        try (RawClient client = RawClient.connect(gateway.port(), SMALL)) {
            client.post("/v1/messages", Wire.request("claude-x"));
            gateway.log().accessLine();
            gateway.awaitIdle();
            assertEquals(message, client.reply().text());
        }
    }
}
