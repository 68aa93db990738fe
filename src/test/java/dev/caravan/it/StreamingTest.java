package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events reach the client when they are there, whatever pieces they come in. */
class StreamingTest extends GatewayTest {

    private WireReply stream(RawClient client) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
        assertEquals(200, reply.status());
        return reply;
    }

    private void assertStreams(String expected, ScriptedUpstream.Script script) throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            assertEquals(expected, stream(client).text());
        }
    }

    @Test
    void everyEventArrivesWhileTheUpstreamHoldsTheNextOneBack() throws IOException {
        List<String> frames = List.of(Wire.stream().split("(?<=\n\n)"));
        Semaphore read = new Semaphore(1);
        upstream.script(call -> {
            call.streamHead();
            for (String frame : frames) {
                assertTrue(read.tryAcquire(30, TimeUnit.SECONDS), "the client has not seen the event before");
                call.chunk(frame);
            }
            call.lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client);
            for (String frame : frames) {
                WireEvent event = reply.event();
                assertEquals(frame, Wire.frame(event.name(), event.data()));
                read.release();
            }
            assertNull(reply.event());
        }
    }

    @Test
    void statusAndHeadersDoNotWaitForTheSecondEvent() throws IOException {
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(call -> {
            call.streamHead().chunk(Wire.frame("message_start", Wire.MESSAGE_START)).await(seen);
            call.chunk(Wire.closing()).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client);
            assertEquals("chunked", reply.header("transfer-encoding"));
            assertEquals("no", reply.header("x-accel-buffering"));
            assertEquals("message_start", reply.event().name());
            seen.countDown();
            assertEquals(3, reply.events().size());
        }
    }

    @Test
    void aWholeMessageIsOneBodyWithItsLength() throws IOException {
        upstream.script(call -> {
            call.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
            for (String piece : Wire.MESSAGE.split("(?<=,)")) {
                call.chunk(piece);
            }
            call.lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-x")).reply();
            assertEquals(Wire.MESSAGE, reply.text());
            assertEquals(Integer.toString(Wire.MESSAGE.length()), reply.header("content-length"));
        }
    }

    /** SDKs accept {@code application/json} also where they ask for a stream. */
    @Test
    void theBodySaysWhetherToStreamAndNotTheAcceptHeader() throws IOException {
        upstream.script(Wire::answer);
        try (RawClient client = gateway.connect()) {
            assertEquals(Wire.stream(), client
                    .post("/v1/messages", Wire.streaming("claude-x"), "accept: application/json").reply().text());
            assertEquals(Wire.MESSAGE, client
                    .post("/v1/messages", Wire.request("claude-x"), "accept: text/event-stream").reply().text());
        }
    }

    @Test
    void tenThousandEvents() throws IOException {
        int count = 10_000;
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening());
            StringBuilder some = new StringBuilder();
            for (int i = 0; i < count; i++) {
                some.append(Wire.frame("content_block_delta", Wire.delta("token " + i)));
                if (i % 7 == 0) {
                    call.chunk(some.toString());
                    some.setLength(0);
                }
            }
            call.chunk(some + Wire.closing()).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            List<WireEvent> events = stream(client).events();
            assertEquals(count + 6, events.size());
            for (int i = 0; i < count; i++) {
                assertEquals(Wire.delta("token " + i), events.get(i + 3).data());
            }
        }
        assertTrue(gateway.log().accessLine().contains(" stop=end_turn "));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 16})
    void piecesOfAnySizeAndCharactersCutAnywhere(int size) throws IOException {
        String stream = Wire.opening() + Wire.frame("content_block_delta", Wire.delta("Grüße 你好 🎉 \\ud83d\\ude00"))
                + Wire.closing();
        byte[] bytes = stream.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertStreams(stream, call -> {
            call.streamHead();
            for (int at = 0; at < bytes.length; at += size) {
                call.chunk(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
            }
            call.lastChunk();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\r", "\n"})
    void anyLineEnd(String end) throws IOException {
        assertStreams(Wire.stream(),
                call -> call.streamHead().chunk(Wire.stream().replace("\n", end)).lastChunk());
    }

    @Test
    void allThatTheEventSourceFormatAllows() throws IOException {
        String sent = "\ufeff: a comment\n\n"
                + Wire.stream().replace("event: ", "event:").replace("data: ", "id: 7\nretry:9\ndata:")
                        .replace("event:ping", ":PROCESSING\nunknown: field\nevent:ping");
        assertStreams(Wire.stream(), call -> call.streamHead().chunk(sent).lastChunk());
    }

    @Test
    void dataOfSeveralLinesStaysThat() throws IOException {
        String event = "event: from_the_future\ndata: {\"type\":\ndata:   \"from_the_future\",\ndata: \"x\":1}\n\n";
        String stream = Wire.opening() + event + Wire.closing();
        assertStreams(stream, call -> call.streamHead().chunk(stream).lastChunk());
    }

    @Test
    void aReplyThatEndsWithItsConnection() throws IOException {
        assertStreams(Wire.stream(), call -> {
            call.send(
                    "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream\r\nconnection: close\r\n\r\n" + Wire.stream());
            call.close();
        });
    }

    @Test
    void aLastEventWithoutItsBlankLine() throws IOException {
        assertStreams(Wire.stream(), call -> call.streamHead()
                .chunk(Wire.stream().substring(0, Wire.stream().length() - 2)).lastChunk());
    }

    @Test
    void eventsOfMegabytes() throws IOException {
        String large = Wire.delta("0123456789abcdef".repeat(64 * 1024));
        String stream = Wire.opening() + Wire.frame("content_block_delta", large)
                + Wire.frame("content_block_delta", large) + Wire.closing();
        assertStreams(stream, call -> call.streamHead().chunk(stream).lastChunk());
    }

    @Test
    void whatFollowsTheEndOfTheMessageIsNotPassedOn() throws IOException {
        assertStreams(Wire.stream(), call -> call.streamHead().chunk(Wire.stream() + Wire.stream()).lastChunk());
    }

    @Test
    void anUpstreamThatKeepsItsConnectionOpenDoesNotKeepTheClientWaiting() throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.stream());
            call.awaitClientClosed();
        });
        try (RawClient client = gateway.connect()) {
            long start = System.nanoTime();
            assertEquals(Wire.stream(), stream(client).text());
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20), "the default idle time-out is longer");
        }
        Patience.await("the connection is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
        assertTrue(gateway.log().accessLine().endsWith(" cancelled=false"));
    }

    @Test
    void oneConnectionServesOneRequestAfterTheOther() throws IOException {
        upstream.script(call -> {
            if (call.request().text().contains("\"stream\":true")) {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            } else if (call.request().text().contains("fail")) {
                call.reply("429 Too Many Requests", "application/json", "{}");
            } else {
                call.json(Wire.MESSAGE);
            }
        });
        List<String> bodies = List.of(Wire.streaming("claude-x"), Wire.request("claude-x"),
                Wire.request("claude-fail"));
        for (int i = 0; i < 30; i++) {
            try (RawClient client = gateway.connect()) {
                client.post("/v1/messages", bodies.get(i % 3)).reply();
            }
            gateway.awaitIdle();
        }
        assertEquals(30, upstream.calls().size());
        assertTrue(upstream.accepted() <= 1, "connections: " + upstream.accepted());
    }

    @Test
    void aConnectionWhoseEndComesLateIsUsedAgain() throws IOException {
        upstream.script(call -> {
            call.streamHead().chunk(Wire.stream());
            long start = System.nanoTime();
            Patience.await("a network's delay").until(() -> System.nanoTime() - start > 20_000_000);
            call.lastChunk();
        });
        List<WireReply> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try (RawClient client = gateway.connect()) {
                replies.add(client.post("/v1/messages", Wire.streaming("claude-x")).reply());
            }
            gateway.awaitIdle();
        }
        assertEquals(5, replies.size());
        assertTrue(upstream.accepted() <= 2, "connections: " + upstream.accepted());
    }
}
