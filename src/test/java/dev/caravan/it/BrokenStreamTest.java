package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream that breaks after its first event ends in exactly one {@code event: error}, and never like one that is whole. */
@Tag("case-7")
class BrokenStreamTest extends GatewayTest {

    @Override
    protected String config() {
        return """
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              brief: { dialect: anthropic, base-url: "%s", timeouts: { idle: 300ms } }
            models:
              - { match: "claude-*", to: "up/{model}" }
            """;
    }

    /** Opened when the client has seen the first event. */
    private volatile CountDownLatch begun;

    private void assertEndsInError(String type, String words, String model, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        begun = new CountDownLatch(1);
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming(model)).head();
            assertEquals(200, reply.status());
            assertEquals("message_start", reply.event().name());
            begun.countDown();
            List<WireEvent> events = reply.events();
            assertEquals(1, events.stream().filter(event -> event.name().equals("error")).count(), events.toString());
            assertEquals(0, events.stream().filter(event -> event.name().equals("message_stop")).count());
            WireEvent error = events.getLast();
            assertEquals("error", error.name());
            assertEquals("error", error.json().path("type").asText());
            assertEquals(type, error.json().path("error").path("type").asText());
            assertTrue(error.json().path("error").path("message").asText().contains(words), error.data());
            assertEquals(reply.header("request-id"), error.json().path("request_id").asText());
            // The connection is as good as before: the body has come to its proper end.
            assertEquals(200, client.request("GET", "/health/live").reply().status());
        }
        String line = gateway.log().accessLine();
        assertTrue(line.contains(" status=200 ") && line.contains(" error=" + type + " ")
                && line.endsWith(" cancelled=false"), line);
    }

    private static UpstreamCall begin(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
    }

    @Test
    void anEndBeforeMessageStop() throws IOException {
        assertEndsInError("api_error", "before message_stop", "claude-x", call -> begin(call).lastChunk());
    }

    @Test
    void anEndAfterMessageDelta() throws IOException {
        assertEndsInError("api_error", "before message_stop", "claude-x",
                call -> begin(call).chunk(Wire.frame("message_delta", Wire.MESSAGE_DELTA)).lastChunk());
    }

    @Test
    void aCloseWithoutTheLastChunk() throws IOException {
        assertEndsInError("api_error", "broke", "claude-x", call -> begin(call).close());
    }

    @Test
    void aReset() throws IOException {
        assertEndsInError("api_error", "broke", "claude-x", call -> {
            begin(call);
            call.await(begun); // a reset overtakes what has not been read yet
            call.reset();
        });
    }

    @Test
    void chunksThatAreNone() throws IOException {
        assertEndsInError("api_error", "broke", "claude-x", call -> begin(call).send("zz\r\nwhat is this\r\n"));
    }

    @Test
    void silence() throws IOException {
        assertEndsInError("timeout_error", "provider brief was silent", "brief/x",
                call -> begin(call).awaitClientClosed());
        Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void silenceInsideAnEvent() throws IOException {
        assertEndsInError("timeout_error", "provider brief was silent", "brief/x", call -> {
            begin(call).chunk("event: content_block_delta\ndata: {\"type\"");
            call.awaitClientClosed();
        });
    }

    @Test
    void anEventWithoutEnd() throws IOException {
        byte[] endless = "x".repeat(64 * 1024).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertEndsInError("api_error", "too large", "claude-x", call -> {
            begin(call).chunk("event: content_block_delta\ndata: ");
            while (true) {
                call.chunk(endless);
            }
        });
        assertTrue(upstream.call().written() < 40_000_000, "read on beyond its limit");
    }

    @Test
    void anErrorOfTheUpstreamIsPassedOnAndIsTheEnd() throws IOException {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"} }";
        upstream.script(call -> begin(call).chunk(Wire.frame("error", error) + Wire.closing()).lastChunk());
        try (RawClient client = gateway.connect()) {
            List<WireEvent> events = client.post("/v1/messages", Wire.streaming("claude-x")).head().events();
            assertEquals(5, events.size());
            assertEquals("error", events.getLast().name());
            assertEquals(error, events.getLast().data());
        }
        assertTrue(gateway.log().accessLine().contains(" error=overloaded_error "), gateway.log().accessLine());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamCutAtAnyByteIsNeverTakenForAWholeOne(boolean chunked) throws IOException {
        String stream = Wire.frame("message_start", "{\"type\":\"message_start\"}")
                + Wire.frame("ping", "{\"type\":{}}") + Wire.frame("message_stop", "{\"type\":\"message_stop\"}");
        int whole = stream.length() - 2; // the blank line is not needed
        for (int cut = 1; cut < whole; cut++) {
            String part = stream.substring(0, cut);
            upstream.script(call -> {
                if (chunked) {
                    call.streamHead().chunk(part).lastChunk();
                } else {
                    call.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + part);
                    call.close();
                }
            });
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", Wire.streaming("claude-x")).head();
                if (reply.status() == 502) {
                    assertFalse(part.contains("\n\n"), "cut at " + cut);
                    continue;
                }
                List<WireEvent> events = reply.events();
                assertEquals("error", events.getLast().name(), "cut at " + cut);
                events.forEach(event -> assertTrue(event.json().isObject(), event.data()));
                assertFalse(events.stream().anyMatch(event -> event.name().equals("message_stop")), "cut at " + cut);
            }
        }
    }
}
