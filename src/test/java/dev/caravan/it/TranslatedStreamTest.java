package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An upstream that speaks chat completions over real sockets: what it is asked, and what the client gets of its answer. */
class TranslatedStreamTest extends ProviderTest {
    private static final String OPENING = ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}");

    @Override
    protected String config() {
        return """
            providers:
              chat: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789 }
            models:
              - { match: "claude-*", to: "chat/gpt-up" }
            """;
    }

    private static UpstreamCall begin(UpstreamCall call) throws IOException {
        return call.streamHead().chunk(OPENING + ChatWire.text(Wire.ANSWER));
    }

    @Test
    void aStream() throws IOException {
        Said said = whole("claude-x", call -> begin(call).chunk(ChatWire.end("stop")).lastChunk());
        assertEquals(List.of(Block.text(Wire.ANSWER)), said.blocks());
        WireRequest request = upstream.call().request();
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertEquals("/v1/chat/completions", request.path());
        assertTrue(gateway.log().accessLine().contains(" in=30 out=9 "), gateway.log().accessLine());
    }

    @Tag("case-21")
    @Test
    void tenThousandTokensBehindCarriageReturns() throws IOException {
        StringBuilder expected = new StringBuilder();
        Said said = whole("claude-x", call -> {
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

    @Tag("case-21")
    @Test
    void aTokenOfAMegabyte() throws IOException {
        String large = "0123456789abcdef".repeat(64 * 1024);
        Said said = whole("claude-x",
                call -> call.streamHead().chunk(ChatWire.text(large) + ChatWire.end("length")).lastChunk());
        assertEquals(List.of(Block.text(large)), said.blocks());
        assertEquals("max_tokens", said.stopReason());
    }

    @Tag("case-7")
    @Test
    void anEndWithoutDoneButWithItsReasonIsOne() throws IOException {
        Said said = whole("claude-x",
                call -> begin(call).chunk(ChatWire.end("stop").replace("data: [DONE]\n\n", "")).lastChunk());
        assertEquals("end_turn", said.stopReason());
    }

    @Test
    void oneConnectionServesOneRequestAfterTheOther() throws IOException {
        for (int i = 0; i < 20; i++) {
            whole("claude-x", call -> begin(call).chunk(ChatWire.end("stop")).lastChunk());
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
        Said said = whole("claude-x", upstream.script());
        assertEquals(List.of(Block.text(Wire.ANSWER)), said.blocks(), "also when a stream was asked for");
    }

    @Tag("case-23")
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
