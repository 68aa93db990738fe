package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How providers of presets are called, over real sockets. */
class PresetTest extends GatewayTest {
    @Override
    protected String config() {
        return """
            providers:
              azure: { preset: azure-openai, base-url: "%s/openai/v1", api-key: upstream-key-0123456789,
                       options: { api-version: preview } }
              plain: { preset: azure-openai, base-url: "%s/openai/v1", api-key: upstream-key-0123456789 }
              mlx: { preset: mlx-lm-server, base-url: "%s/v1" }
              groq: { preset: groq, base-url: "%s/openai/v1", api-key: upstream-key-0123456789 }
            """;
    }

    private WireRequest ask(String model) throws IOException {
        upstream.script(call -> call.streamHead().chunk(ChatWire.text(Wire.ANSWER) + ChatWire.end("stop")).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming(model)).head();
            assertEquals(200, reply.status());
            EventGrammar.wholeStream(
                    reply.events().stream().map(event -> new Frame(event.name(), event.data())).toList());
        }
        return upstream.call().request();
    }

    @Test
    @DisplayName("Azure: the key in a header of its own, the version of the API in the query")
    void azure() throws IOException {
        WireRequest request = ask("azure/deployment");
        assertEquals("/openai/v1/chat/completions?api-version=preview", request.path());
        assertEquals(Wire.UPSTREAM_KEY, request.header("api-key"));
        assertNull(request.header("authorization"));
    }

    @Test
    @DisplayName("Azure: the newer address needs no version")
    void azureWithoutAVersion() throws IOException {
        assertEquals("/openai/v1/chat/completions", ask("plain/deployment").path());
    }

    @ParameterizedTest
    @DisplayName("mlx_lm.server refuses a request in chunks: each has its length")
    @ValueSource(strings = {"mlx/default_model", "groq/x"})
    void contentLength(String model) throws IOException {
        WireRequest request = ask(model);
        assertEquals(Integer.toString(request.body().length), request.header("content-length"));
        assertNull(request.header("transfer-encoding"));
    }
}
