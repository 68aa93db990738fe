package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that speaks chat completions: live in the API's events, and whatever breaks there, in the API's errors. */
class TranslatedStreamTest extends GatewayTest {
    private static final String OPENING = ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}");

    @Override
    protected String config() {
        return """
            providers:
              chat: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789 }
              brief: { dialect: openai, base-url: "%s/v1", timeouts: { idle: 400ms } }
            models:
              - { match: "claude-*", to: "chat/gpt-up" }
            """;
    }

    private WireReply stream(RawClient client, String model) throws IOException {
        WireReply reply = client.post("/v1/messages", Wire.streaming(model), "x-api-key: clients-own-key").head();
        assertEquals(200, reply.status());
        return reply;
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    private Said whole(ScriptedUpstream.Script script) throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            return EventGrammar.wholeStream(frames(stream(client, "claude-x").events()));
        }
    }

    private void assertEndsInError(String type, String words, String model, ScriptedUpstream.Script script)
            throws IOException {
        upstream.script(script);
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, model);
            Said said = EventGrammar.failedStream(frames(reply.events()));
            assertEquals(type, said.error().path("type").asText());
            assertTrue(said.error().path("message").asText().contains(words), said.error().toString());
            assertFalse(said.error().toString().contains(Wire.UPSTREAM_KEY));
            assertEquals(200, client.get("/health/live").reply().status(), "the connection is as good as before");
        }
        gateway.awaitIdle();
        String line = gateway.log().accessLines().getFirst();
        assertTrue(line.contains(" status=200 ") && line.contains(" error=" + type + " "), line);
        assertEquals(List.of(), gateway.log().troubles());
    }

    private static UpstreamCall begin(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(OPENING + ChatWire.text(Wire.ANSWER));
    }

    @Test
    void everyTokenArrivesWhileTheUpstreamHoldsTheNextOneBack() throws IOException {
        Semaphore read = new Semaphore(0);
        upstream.script(call -> {
            call.streamHead().chunk(OPENING);
            for (int i = 0; i < 20; i++) {
                call.chunk(ChatWire.text("token " + i));
                assertTrue(read.tryAcquire(30, TimeUnit.SECONDS), "token " + i + " has not arrived");
            }
            call.chunk(ChatWire.end("stop")).lastChunk();
        });
        try (RawClient client = gateway.connect()) {
            WireReply reply = stream(client, "claude-x");
            assertEquals("message_start", reply.event().name());
            assertEquals("content_block_start", reply.event().name());
            for (int i = 0; i < 20; i++) {
                assertEquals("token " + i, reply.event().json().path("delta").path("text").asText());
                read.release();
            }
            assertEquals(List.of("content_block_stop", "message_delta", "message_stop"),
                    reply.events().stream().map(WireEvent::name).toList());
        }
        WireRequest request = upstream.call().request();
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertFalse(request.head().contains("clients-own-key"), request.head());
        assertEquals("/v1/chat/completions", request.path());
        assertTrue(gateway.log().accessLine().contains(" in=30 out=9 "), gateway.log().accessLine());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void piecesOfAnySizeAndCharactersCutAnywhere(int size) throws IOException {
        String text = "Grüße 你好 🎉";
        byte[] bytes = (OPENING + ChatWire.text(text) + ChatWire.end("stop")).getBytes(StandardCharsets.UTF_8);
        Said said = whole(call -> {
            call.streamHead();
            for (int at = 0; at < bytes.length; at += size) {
                call.chunk(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
            }
            call.lastChunk();
        });
        assertEquals(List.of(Block.text(text)), said.blocks());
    }

    @Test
    void tenThousandTokensBehindCarriageReturns() throws IOException {
        StringBuilder expected = new StringBuilder();
        Said said = whole(call -> {
            call.streamHead();
            for (int i = 0; i < 10_000; i++) {
                expected.append("token ").append(i);
                call.chunk(ChatWire.text("token " + i).replace("\n", "\r\n"));
            }
            call.chunk(": PROCESSING\r\n\r\n" + ChatWire.end("stop")).lastChunk();
        });
        assertEquals(List.of(Block.text(expected.toString())), said.blocks());
        assertEquals("end_turn", said.stopReason());
    }

    @Test
    void aTokenOfAMegabyte() throws IOException {
        String large = "0123456789abcdef".repeat(64 * 1024);
        Said said = whole(call -> call.streamHead().chunk(ChatWire.text(large) + ChatWire.end("length")).lastChunk());
        assertEquals(List.of(Block.text(large)), said.blocks());
        assertEquals("max_tokens", said.stopReason());
    }

    @Test
    void anEndWithoutDoneButWithItsReasonIsOne() throws IOException {
        Said said = whole(call -> begin(call).chunk(ChatWire.end("stop").replace("data: [DONE]\n\n", "")).lastChunk());
        assertEquals("end_turn", said.stopReason());
    }

    @Test
    void anUpstreamThatKeepsItsConnectionOpenDoesNotKeepTheClientWaiting() throws IOException {
        Said said = whole(call -> begin(call).chunk(ChatWire.end("stop")).awaitClientClosed());
        assertEquals("end_turn", said.stopReason());
        Patience.await("the connection is given up").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @Test
    void oneConnectionServesOneRequestAfterTheOther() throws IOException {
        for (int i = 0; i < 20; i++) {
            whole(call -> begin(call).chunk(ChatWire.end("stop")).lastChunk());
            gateway.awaitIdle();
        }
        assertTrue(upstream.accepted() <= 1, "connections: " + upstream.accepted());
    }

    @Test
    void aWholeMessage() throws IOException {
        upstream.script(
                call -> call.json(ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}",
                        "stop")));
        try (RawClient client = gateway.connect()) {
            JsonNode message = client.post("/v1/messages", Wire.request("claude-x")).reply().json();
            assertEquals(Wire.ANSWER, message.path("content").get(0).path("text").asText());
            assertEquals("end_turn", message.path("stop_reason").asText());
            assertEquals(20, message.path("usage").path("input_tokens").asInt());
        }
        Said said = whole(upstream.script());
        assertEquals(List.of(Block.text(Wire.ANSWER)), said.blocks(), "also when a stream was asked for");
    }

    @Test
    void brokenOffWithoutAReason() throws IOException {
        assertEndsInError("api_error", "", "claude-x", call -> begin(call).lastChunk());
    }

    @Test
    void closedWithoutTheLastChunk() throws IOException {
        assertEndsInError("api_error", "provider chat broke", "claude-x", call -> begin(call).close());
    }

    @Test
    void notJson() throws IOException {
        assertEndsInError("api_error", "no JSON", "claude-x",
                call -> begin(call).chunk("data: {\"choices\":[}\n\n" + ChatWire.end("stop")).lastChunk());
    }

    @Test
    void cutOffInTheMiddleOfAChunk() throws IOException {
        assertEndsInError("api_error", "", "claude-x",
                call -> begin(call).chunk(ChatWire.text("more").substring(0, 60)).lastChunk());
    }

    @Test
    void anErrorOfTheProvider() throws IOException {
        assertEndsInError("rate_limit_error", "slow down", "claude-x", call -> begin(call)
                .chunk("data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\ndata: [DONE]\n\n").lastChunk());
    }

    @Test
    void silence() throws IOException {
        assertEndsInError("timeout_error", "provider brief was silent", "brief/x",
                call -> begin(call).awaitClientClosed());
        Patience.await("the connection is closed").until(() -> upstream.call().clientClosed().getCount() == 0);
    }

    @ParameterizedTest
    @CsvSource({"400, 400, invalid_request_error", "401, 502, api_error", "403, 502, api_error",
            "404, 404, not_found_error",
            "408, 504, timeout_error", "429, 429, rate_limit_error", "500, 500, api_error",
            "502, 529, overloaded_error",
            "503, 529, overloaded_error", "504, 504, timeout_error", "307, 502, api_error"})
    void aFailureBeforeTheFirstTokenKeepsAStatus(int from, int status, String type) throws IOException {
        String json = "{\"error\":{\"message\":\"no, says " + Wire.UPSTREAM_KEY + "\",\"type\":\"x\",\"code\":null}}";
        for (String body : List.of(json, "<html>sorry</html>", "")) {
            upstream.script(call -> call.reply(from + " Whatever", "application/json", body, "retry-after: 7"));
            for (String request : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
                try (RawClient client = gateway.connect()) {
                    WireReply reply = client.post("/v1/messages", request).reply();
                    assertEquals(status, reply.status(), reply.text());
                    assertEquals(type, reply.json().path("error").path("type").asText());
                    assertEquals(reply.header("request-id"), reply.json().path("request_id").asText());
                    assertEquals("7", reply.header("retry-after"));
                    assertFalse(reply.text().contains(Wire.UPSTREAM_KEY), reply.text());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[]", "{\"choices\":[]}", "<html>"})
    void aReplyThatIsNoneIs502(String body) throws IOException {
        upstream.script(call -> call.json(body));
        for (String request : List.of(Wire.request("claude-x"), Wire.streaming("claude-x"))) {
            try (RawClient client = gateway.connect()) {
                WireReply reply = client.post("/v1/messages", request).reply();
                assertEquals(502, reply.status(), reply.text());
                assertEquals("api_error", reply.json().path("error").path("type").asText());
            }
        }
    }

    @Test
    void aStreamWithNothingInItIsNoMessage() throws IOException {
        upstream.script(call -> call.streamHead().lastChunk());
        try (RawClient client = gateway.connect()) {
            assertEquals(502, client.post("/v1/messages", Wire.streaming("claude-x")).reply().status());
        }
    }

    @Test
    void aClientThatLeavesMidStream() throws IOException {
        upstream.script(call -> begin(call).awaitClientClosed());
        try (RawClient client = gateway.connect()) {
            assertEquals("message_start", stream(client, "claude-x").event().name());
        }
        assertCancelled();
    }

    @Test
    void aClientThatLeavesBeforeTheFirstToken() throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        upstream.script(call -> {
            asked.countDown();
            call.awaitClientClosed();
        });
        for (String body : List.of(Wire.streaming("claude-x"), Wire.request("claude-x"))) {
            upstream.reset();
            gateway.log().clear();
            try (RawClient client = gateway.connect()) {
                client.post("/v1/messages", body);
                Patience.await("the upstream is asked").until(() -> upstream.calls().size() == 1);
            }
            assertCancelled();
        }
    }

    @Test
    void aSlowClientGetsEverythingInItsOrder() throws IOException {
        CountDownLatch enough = new CountDownLatch(1);
        int[] sent = {0};
        upstream.script(call -> {
            call.streamHead();
            while (enough.getCount() > 0) {
                call.chunk(ChatWire.text(sent[0]++ + " " + "x".repeat(1_000) + ";"));
            }
            call.chunk(ChatWire.end("stop")).lastChunk();
        });
        try (RawClient client = RawClient.connect(gateway.port(), 16 * 1024)) {
            WireReply reply = stream(client, "claude-x");
            long written = BackPressureTest.blocked(upstream.call());
            assertTrue(written < BackPressureTest.MOST_WAITING, "the upstream could write " + written + " bytes");
            enough.countDown();
            Said said = EventGrammar.wholeStream(frames(reply.events()));
            String[] tokens = said.blocks().getFirst().content().split(";");
            assertEquals(sent[0], tokens.length);
            for (int i = 0; i < tokens.length; i++) {
                assertTrue(tokens[i].startsWith(i + " x"), tokens[i]);
            }
        }
        assertNull(gateway.log().troubles().stream().findAny().orElse(null));
    }
}
