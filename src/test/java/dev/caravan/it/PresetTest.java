package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How providers of presets are called, over real sockets. */
class PresetTest extends GatewayTest {
    private static final String BEARER = "authorization";

    /** The path of each preset's own address, and the header that carries the key; servers of one's own have none here. */
    private static final List<Called> CALLED = List.of(new Called("openai", "/v1", BEARER),
            new Called("openrouter", "/api/v1", BEARER), new Called("groq", "/openai/v1", BEARER),
            new Called("deepseek", "", BEARER), new Called("mistral", "/v1", BEARER), new Called("xai", "/v1", BEARER),
            new Called("qwen", "/compatible-mode/v1", BEARER), new Called("together", "/v1", BEARER),
            new Called("fireworks", "/inference/v1", BEARER), new Called("ollama", "/v1", ""),
            new Called("vllm", "/v1", ""), new Called("llama-cpp", "/v1", ""), new Called("lm-studio", "/v1", ""),
            new Called("mlx-lm-server", "/v1", ""), new Called("azure-openai", "/openai/v1", "api-key"));

    /** How a preset's server is called. */
    record Called(String preset, String path, String keyHeader) {
        String config() {
            return "  of-%s: { preset: %s, base-url: \"UPSTREAM%s\"%s }\n".formatted(preset, preset, path,
                    keyHeader.isEmpty() ? "" : ", api-key: " + Wire.UPSTREAM_KEY);
        }
    }

    static List<Called> everyPreset() {
        return CALLED;
    }

    @Override
    protected String config() {
        String all = CALLED.stream().map(Called::config).collect(Collectors.joining()).replace("UPSTREAM", "%s");
        return """
            providers:
              azure: { preset: azure-openai, base-url: "%s/openai/v1", api-key: upstream-key-0123456789,
                       options: { api-version: preview } }
              plain: { preset: azure-openai, base-url: "%s/openai/v1", api-key: upstream-key-0123456789 }
              mlx: { preset: mlx-lm-server, base-url: "%s/v1" }
              groq: { preset: groq, base-url: "%s/openai/v1", api-key: upstream-key-0123456789 }
            """ + all;
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

    @ParameterizedTest
    @DisplayName("each preset's server is asked at its path, with its key, in its words")
    @MethodSource("everyPreset")
    void everyPresetIsAsked(Called called) throws IOException {
        WireRequest request = ask("of-" + called.preset() + "/some-model");
        assertEquals(called.path() + "/chat/completions", request.path());
        assertEquals(called.keyHeader().equals(BEARER) ? "Bearer " + Wire.UPSTREAM_KEY : null,
                request.header(BEARER));
        assertEquals(called.keyHeader().equals("api-key") ? Wire.UPSTREAM_KEY : null, request.header("api-key"));
        assertEquals("application/json", request.header("content-type"));
        assertEquals(Integer.toString(request.body().length), request.header("content-length"));
        boolean newer = Set.of("openai", "groq", "xai", "azure-openai").contains(called.preset());
        boolean usage = !called.preset().equals("mistral");
        assertEquals("{\"model\":\"some-model\",\"" + (newer ? "max_completion_tokens" : "max_tokens")
                + "\":64,\"stream\":true,"
                + (usage ? "\"stream_options\":{\"include_usage\":true}," : "")
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + "\"}]}", request.text());
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
