package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens when nothing happens: signs of life to clients that wait, an end to those that do not read. */
@Tag("case-14")
class TimersTest extends GatewayTest {

    @Override
    protected String config() {
        return """
            timeouts: { idle: 1h }
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              chat: { dialect: openai, base-url: "%s/v1" }
              brief: { dialect: anthropic, base-url: "%s", timeouts: { idle: 3s } }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.keep-alive.first", "300ms", "caravan.keep-alive.every", "200ms", "caravan.stall-timeout",
                "3s");
    }

    private WireReply stream(RawClient client, String model) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming(model)).head();
        assertEquals(200, reply.status());
        return reply;
    }

    private static void assertComments(WireReply reply, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertTrue(reply.event().isComment());
        }
    }

    private static void assertPings(WireReply reply, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            WireEvent event = reply.event();
            assertEquals("ping", event.name());
            assertEquals("ping", event.json().path("type").asText());
        }
    }

    /** The next event that is no ping. */
    private static WireEvent next(WireReply reply) throws IOException {
        WireEvent event = reply.event();
        while (event != null && (event.isComment() || event.name().equals("ping"))) {
            event = reply.event();
        }
        return event;
    }

    @Test
    void anUpstreamThatThinksLongBeforeItAnswers() throws IOException {
        CountDownLatch headers = new CountDownLatch(1);
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        upstream.script(call -> {
            call.await(headers).streamHead();
            call.await(opening).chunk(Wire.frame("message_start", Wire.MESSAGE_START));
            call.await(closing).chunk(Wire.closing()).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "claude-x");
            assertComments(reply, 2); // the message_start is the upstream's to send
            headers.countDown();
            assertComments(reply, 2);
            opening.countDown();
            assertEquals(Wire.MESSAGE_START, next(reply).data());
            assertPings(reply, 2);
            closing.countDown();
            assertEquals(Wire.BLOCK_STOP, next(reply).data());
            assertEquals(Wire.MESSAGE_DELTA, next(reply).data());
            assertEquals(Wire.MESSAGE_STOP, next(reply).data());
            assertNull(reply.event());
        }
        assertTrue(gateway.log().accessLine().contains(" stop=end_turn "));
    }

    @Test
    void aTranslatedStreamBeginsWithAMessageStartOfItsOwn() throws IOException {
        CountDownLatch headers = new CountDownLatch(1);
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch more = new CountDownLatch(1);
        upstream.script(call -> {
            call.await(headers).streamHead();
            call.await(opening)
                    .chunk(ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}") + ChatWire.text("Hel"));
            call.await(more).chunk(ChatWire.text("lo") + ChatWire.end("stop")).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "chat/x");
            WireEvent start = reply.event();
            assertEquals("message_start", start.name());
            assertTrue(start.json().path("message").path("usage").path("input_tokens").asInt() > 0, start.data());
            assertPings(reply, 2);
            headers.countDown();
            assertPings(reply, 2);
            opening.countDown();
            assertEquals("content_block_start", next(reply).name());
            assertEquals("Hel", next(reply).json().path("delta").path("text").asText());
            assertPings(reply, 2);
            more.countDown();
            assertEquals("lo", next(reply).json().path("delta").path("text").asText());
            assertEquals("content_block_stop", next(reply).name());
            assertEquals("message_delta", next(reply).name());
            assertEquals("message_stop", next(reply).name());
            assertNull(reply.event());
        }
        assertTrue(gateway.log().accessLine().contains(" stop=end_turn "));
    }

    /** The fragments of a second call wait for the first one's end: its upstream is busy, and nothing can be told. */
    @Test
    @DisplayName("case 14: signs of life while arguments are held back")
    void argumentsThatAreHeldBack() throws IOException {
        CountDownLatch pinged = new CountDownLatch(1);
        upstream.script(call -> {
            call.streamHead().chunk(ChatWire.call(0, "A", "a", "{") + ChatWire.call(1, "B", "b", "{"));
            while (!pinged.await(10, TimeUnit.MILLISECONDS)) {
                call.chunk(ChatWire.arguments(1, " "));
            }
            call.chunk(ChatWire.arguments(1, "}") + ChatWire.arguments(0, "}") + ChatWire.end("tool_calls"))
                    .lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "chat/x");
            assertEquals("message_start", reply.event().name());
            assertEquals("A", next(reply).json().at("/content_block/id").asText());
            assertEquals("", next(reply).json().at("/delta/partial_json").asText("none"));
            assertEquals("{", next(reply).json().at("/delta/partial_json").asText());
            assertPings(reply, 3);
            pinged.countDown();
            assertEquals("}", next(reply).json().at("/delta/partial_json").asText());
            assertEquals("content_block_stop", next(reply).name());
            assertEquals("B", next(reply).json().at("/content_block/id").asText());
            WireEvent last = next(reply);
            StringBuilder arguments = new StringBuilder();
            while (last.name().equals("content_block_delta")) {
                arguments.append(last.json().at("/delta/partial_json").asText());
                last = next(reply);
            }
            assertEquals("{}", arguments.toString().replace(" ", ""));
            assertEquals("tool_use", next(reply).json().at("/delta/stop_reason").asText());
            assertEquals("message_stop", next(reply).name());
        }
    }

    @Test
    void aTranslatedFailureAfterTheReplyHasBegunIsAnErrorEvent() throws IOException {
        CountDownLatch begun = new CountDownLatch(1);
        upstream.script(call -> call.await(begun).reply("503 Busy", "application/json", "{}"));
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "chat/x");
            assertEquals("message_start", reply.event().name());
            assertPings(reply, 1);
            begun.countDown();
            WireEvent error = next(reply);
            assertEquals("error", error.name());
            assertEquals("overloaded_error", error.json().path("error").path("type").asText());
            assertNull(reply.event());
        }
    }

    @Test
    void aPingNeverStandsInsideAnEvent() throws IOException {
        CountDownLatch pinged = new CountDownLatch(1);
        String delta = Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER));
        upstream.script(call -> {
            call.streamHead().chunk(Wire.opening() + delta.substring(0, delta.length() / 2)).await(pinged);
            call.chunk(delta.substring(delta.length() / 2) + Wire.closing()).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "claude-x");
            assertEquals("message_start", reply.event().name());
            assertEquals("content_block_start", reply.event().name());
            assertPings(reply, 3); // the first is the upstream's own
            pinged.countDown();
            assertEquals(Wire.delta(Wire.ANSWER), next(reply).data());
            assertEquals("content_block_stop", next(reply).name());
        }
    }

    @Test
    void aFailureAfterTheReplyHasBegunIsAnErrorEvent() throws IOException {
        String envelope = "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"no\"}}";
        CountDownLatch begun = new CountDownLatch(1);
        upstream.script(call -> call.await(begun).reply("429 Too Many Requests", "application/json", envelope,
                "retry-after: 3"));
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "claude-x");
            assertComments(reply, 1);
            begun.countDown();
            WireEvent error = next(reply);
            assertEquals("error", error.name());
            assertEquals(envelope, error.data());
            assertNull(reply.event());
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=200 ") && line.contains(" error=rate_limit_error "), line);
    }

    @Test
    void signsOfLifeDoNotHideADeadUpstream() throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "brief/x");
            assertComments(reply, 1);
            WireEvent error = next(reply);
            assertEquals("error", error.name());
            assertEquals("timeout_error", error.json().path("error").path("type").asText());
            assertNull(reply.event());
        }
    }

    @Test
    void aWholeMessageIsNotBegunEarly() throws IOException {
        CountDownLatch longAfter = new CountDownLatch(1);
        upstream.script(call -> call.await(longAfter).reply("429 Too Many Requests", "text/plain", "no"));
        try (RawClient client = gateway.connect(); RawClient other = gateway.connect()) {
            client.post("/v1/messages", Wire.request("claude-x"));
            WireReply stream = stream(other, "claude-x");
            assertComments(stream, 3); // by now the first one would have been begun too
            longAfter.countDown();
            assertEquals(429, client.reply().status());
            assertEquals("error", next(stream).name());
        }
    }

    @Test
    void aClientThatLeavesBetweenSignsOfLifeIsNoticed() throws IOException {
        upstream.script(UpstreamCall::awaitClientClosed);
        try (RawClient client = gateway.connect()) {
            assertComments(stream(client, "claude-x"), 2);
        }
        assertCancelled();
    }

    /** One does not read the middle of a stream, one not its end, one not its whole message. */
    @Test
    void clientsThatNeverReadAreGivenUp() throws IOException {
        String event = Wire.frame("content_block_delta", Wire.delta("x".repeat(1_000)));
        String message = Wire.MESSAGE.replace(Wire.ANSWER, "x".repeat(8_000_000));
        upstream.script(call -> {
            if (call.request().text().contains("claude-whole")) {
                call.json(message);
                return;
            }
            call.streamHead().chunk(Wire.opening());
            for (int i = 0; i < 700 || call.request().text().contains("claude-endless"); i++) {
                call.chunk(event);
            }
            call.chunk(Wire.closing()).lastChunk();
        });
        int small = 16 * 1024;
        try (RawClient middle = RawClient.connect(gateway.port(), small);
                RawClient end = RawClient.connect(gateway.port(), small);
                RawClient whole = RawClient.connect(gateway.port(), small)) {
            middle.post("/v1/messages", Wire.streaming("claude-endless"));
            end.post("/v1/messages", Wire.streaming("claude-end"));
            whole.post("/v1/messages", Wire.request("claude-whole"));
            middle.awaitRefused();
            end.awaitRefused();
            whole.awaitRefused();
        }
        gateway.awaitIdle();
        String line = gateway.log().accessLines().stream().filter(text -> text.contains("claude-endless")).findAny()
                .orElseThrow();
        assertTrue(line.contains(" status=499 ") && line.endsWith(" cancelled=true"), line);
        Patience.await("the upstream is given up").until(() -> upstream.calls().stream().allMatch(UpstreamCall::over));
    }

    @Test
    void aClientThatReadsItsWholeMessageSlowlyIsNot() throws IOException {
        String message = Wire.MESSAGE.replace(Wire.ANSWER, "x".repeat(8_000_000));
        upstream.script(call -> call.json(message));
        try (RawClient client = RawClient.connect(gateway.port(), 16 * 1024)) {
            WireReply reply = client.post("/v1/messages", Wire.request("claude-x")).head();
            long start = System.nanoTime();
            for (int i = 0; i < 7_000_000; i++) {
                assertTrue(reply.read() > 0);
                int part = i / 2_000_000;
                if (i % 2_000_000 == 0) { // for longer than the stall time-out altogether
                    Patience.await("part " + part).until(() -> System.nanoTime() - start > part * 1_300_000_000L);
                }
            }
            reply.body();
        }
    }
}
