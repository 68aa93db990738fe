package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The AI SDK with each of its providers that can speak to the gateway, a process in front of it; a scripted upstream behind. */
@DisplayName("The AI SDK on Node.js")
@Timeout(240)
class AiSdkIT extends NodeClientTest {

    @BeforeEach
    void clientsAreInstalled() {
        NodeModules.assumeInstalled("ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible", "@ai-sdk/anthropic");
    }

    private JsonNode sdk(String provider, String operation, String model) throws IOException, InterruptedException {
        return run("ai.mjs",
                Map.of("BASE_URL", gateway.uri("/v1").toString(), "API_KEY", KEY, "TOOLS", "weather,time"), provider,
                model, operation, Wire.PROMPT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compatible", "openai", "anthropic"})
    void aStreamedLoopOfParallelTools(String provider) throws Exception {
        upstream.script(call -> {
            call.streamHead();
            if (call.request().text().contains("\"tool_call_id\"")) {
                call.chunk(ChatWire.text("Grüße, ") + ChatWire.text(Wire.ANSWER) + ChatWire.end("stop"));
            } else {
                call.chunk(ChatWire.delta("{\"reasoning_content\":\"Hm.\"}") + ChatWire.call(0, "call_A", "weather", "")
                        + ChatWire.call(1, "call_B", "time", "") + ChatWire.arguments(1, "{\\\"zone\\\":1}")
                        + ChatWire.arguments(0, "{\\\"city\\\":2}") + ChatWire.end("tool_calls"));
            }
            call.lastChunk();
        });
        JsonNode seen = sdk(provider, "stream", "alias");
        assertEquals("Grüße, " + Wire.ANSWER, seen.path("text").asText(), seen::toString);
        assertEquals("stop", seen.path("finishReason").asText(), seen::toString);
        assertEquals(2, seen.path("steps").asInt(), seen::toString);
        assertEquals(78, seen.path("usage").path("totalTokens").asInt(), seen::toString);
        if (!provider.equals("openai")) { // which knows no reasoning in chat completions
            assertTrue(seen.path("parts").toString().contains("\"reasoning-delta\""), seen::toString);
        }
        JsonNode sent = Json.read(upstream.calls().getLast().request().text()).path("messages");
        assertEquals(List.of("user", "assistant", "tool", "tool"), sent.findValuesAsText("role"));
        assertEquals("weather {\"city\":2}", sent.path(2).path("content").asText());
        assertEquals("time {\"zone\":1}", sent.path(3).path("content").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"compatible", "openai", "anthropic"})
    void aWholeReply(String provider) throws Exception {
        upstream.script(call -> call.json(Wire.MESSAGE));
        JsonNode seen = sdk(provider, "generate", "claude-x");
        assertEquals(Wire.ANSWER + " é", seen.path("text").asText(), seen::toString);
        assertEquals("stop", seen.path("finishReason").asText());
        assertEquals(44, seen.path("usage").path("totalTokens").asInt(), seen::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compatible", "openai", "anthropic"})
    void aStreamThatIsCutOffIsAnError(String provider) throws Exception {
        upstream.script(call -> call.streamHead()
                .chunk(Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))).lastChunk());
        JsonNode seen = sdk(provider, "stream", "claude-x");
        assertTrue(seen.path("parts").toString().contains("\"text-delta\""), seen::toString);
        assertTrue(seen.path("error").path("message").asText().contains("before message_stop"), seen::toString);
    }

    @ParameterizedTest
    @CsvSource({"compatible, 429", "openai, 429", "anthropic, 429"})
    void aRefusal(String provider, int status) throws Exception {
        upstream.script(
                call -> call.reply("429 No", "application/json", "{\"error\":{\"message\":\"because it is so\"}}"));
        JsonNode error = sdk(provider, "generate", "alias").path("error");
        assertEquals(status, error.path("status").asInt(), error::toString);
        assertTrue(error.path("message").asText().contains("because it is so"), error::toString);
    }

    /** The one provider sends the schema, the other one asks for any JSON object. */
    @ParameterizedTest
    @CsvSource({"openai, /response_format/json_schema/schema/properties/city/type, string",
            "compatible, /messages/0/role, system"})
    void anObject(String provider, String path, String expected) throws Exception {
        upstream.script(call -> call.json(
                ChatWire.completion("{\"role\":\"assistant\",\"content\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}", "stop")));
        JsonNode seen = sdk(provider, "object", "alias");
        assertEquals("Oslo", seen.path("object").path("city").asText(), seen::toString);
        String sent = upstream.call().request().text();
        assertEquals(expected, Json.read(sent).at(path).asText(), sent);
    }
}
