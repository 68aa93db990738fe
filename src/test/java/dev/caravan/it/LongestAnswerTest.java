package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The setting {@code caravan.max-answer}: it bounds what is put together, and nothing that streams. */
class LongestAnswerTest extends GatewayTest {
    private static final String WORDS = "x".repeat(3_000);

    @Override
    protected String config() {
        return """
            providers:
              chat: { dialect: openai, base-url: "%s/v1" }
            """;
    }

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.max-answer", "2KB");
    }

    private WireReply ask(RawClient client, String path, String request, String words) throws IOException {
        upstream.script(call -> call.streamHead().chunk(ChatWire.text(words) + ChatWire.end("stop")).lastChunk());
        return client.post(path, request).reply();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/chat/completions"})
    void anAnswerThatIsPutTogether(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = ask(client, path, Wire.request("chat/x"), WORDS);
            assertEquals(502, reply.status());
            assertTrue(reply.text().contains("more than 2048 bytes"), reply.text());
        }
        try (RawClient client = gateway.connect()) {
            assertEquals(200, ask(client, path, Wire.request("chat/x"), WORDS.substring(0, 1_000)).status());
        }
    }

    @Test
    void anAnswerThatStreams() throws IOException {
        try (RawClient client = gateway.connect()) {
            WireReply reply = ask(client, "/v1/messages", Wire.streaming("chat/x"), WORDS);
            assertTrue(reply.text().contains(WORDS), reply.text());
            assertTrue(reply.text().contains("message_stop"), reply.text());
        }
    }
}
