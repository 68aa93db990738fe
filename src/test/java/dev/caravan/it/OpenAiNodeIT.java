package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's SDK for Node.js, a process in front of the gateway; a scripted upstream behind. */
@DisplayName("OpenAI's SDK on Node.js")
@Timeout(240)
class OpenAiNodeIT extends NodeClientTest {
    private static final String TOOLS = """
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}},\
        {"type":"function","function":{"name":"time","parameters":{"type":"object"}}}],""";

    @BeforeEach
    void clientsAreInstalled() {
        NodeModules.assumeInstalled("openai");
    }

    private JsonNode sdk(String operation, String argument) throws IOException, InterruptedException {
        return run("openai.mjs", Map.of("OPENAI_BASE_URL", gateway.uri("/v1").toString(), "OPENAI_API_KEY", KEY),
                operation,
                argument);
    }

    private static String request(String model, String fields) {
        return "{\"model\":\"" + model + "\"," + fields + "\"messages\":[{\"role\":\"user\",\"content\":\""
                + Wire.PROMPT
                + "\"}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"alias", "claude-x"})
    void theHelperOfTheSdkPutsAStreamTogether(String model) throws Exception {
        upstream.script(call -> call.streamHead().chunk(model.equals("alias")
                ? ChatWire.text("Grüße, ") + ChatWire.text(Wire.ANSWER) + ChatWire.end("stop")
                : Wire.opening() + Wire.frame("content_block_delta", Wire.delta("Grüße, "))
                        + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)) + Wire.closing())
                .lastChunk());
        JsonNode completion = sdk("stream", request(model, "\"stream_options\":{\"include_usage\":true},"))
                .path("completion");
        JsonNode choice = completion.path("choices").path(0);
        assertEquals("Grüße, " + Wire.ANSWER, choice.path("message").path("content").asText(), completion::toString);
        assertEquals("stop", choice.path("finish_reason").asText());
        assertTrue(completion.path("id").asText().startsWith("chatcmpl-"), completion::toString);
        assertEquals(model.equals("alias") ? 39 : 44, completion.path("usage").path("total_tokens").asInt());
    }

    @Test
    void theSdkReadsAWholeReply() throws Exception {
        upstream.script(call -> call.json(Wire.MESSAGE));
        JsonNode completion = sdk("create", request("claude-x", "")).path("completion");
        assertEquals(Wire.ANSWER + " é", completion.path("choices").path(0).path("message").path("content").asText());
        assertEquals(44, completion.path("usage").path("total_tokens").asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"stream\":true,", ""})
    void theRunnerOfTheSdkCallsParallelTools(String stream) throws Exception {
        upstream.script(call -> {
            boolean answered = call.request().text().contains("\"tool_call_id\"");
            if (!stream.isEmpty()) {
                call.streamHead().chunk(answered
                        ? ChatWire.text(Wire.ANSWER) + ChatWire.end("stop")
                        : ChatWire.call(0, "call_A", "weather", "") + ChatWire.call(1, "call_B", "time", "")
                                + ChatWire.arguments(1, "{\\\"zone\\\":1}") + ChatWire.arguments(0, "{\\\"city\\\":2}")
                                + ChatWire.end("tool_calls"))
                        .lastChunk();
                return;
            }
            call.json(answered
                    ? ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}", "stop")
                    : ChatWire.completion("""
                        {"role":"assistant","content":null,"tool_calls":[{"id":"call_A","type":"function",\
                        "function":{"name":"weather","arguments":"{\\"city\\":2}"}},{"id":"call_B","type":"function",\
                        "function":{"name":"time","arguments":"{\\"zone\\":1}"}}]}""", "tool_calls"));
        });
        JsonNode seen = sdk("toolLoop", request("alias", stream + TOOLS));
        assertEquals(Wire.ANSWER, seen.path("text").asText(), seen::toString);
        JsonNode sent = Json.read(upstream.calls().getLast().request().text()).path("messages");
        assertEquals(List.of("user", "assistant", "tool", "tool"), sent.findValuesAsText("role"));
        assertEquals(List.of("call_A", "call_B"), sent.findValuesAsText("tool_call_id"));
        assertEquals("weather {\"city\":2}", sent.path(2).path("content").asText());
        assertEquals("time {\"zone\":1}", sent.path(3).path("content").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"alias", "claude-x"})
    void aStreamThatIsCutOffIsAnErrorToTheSdk(String model) throws Exception {
        upstream.script(call -> call.streamHead().chunk(model.equals("alias")
                ? ChatWire.text(Wire.ANSWER)
                : Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))).lastChunk());
        JsonNode seen = sdk("stream", request(model, ""));
        assertEquals("APIError", seen.path("error").path("class").asText(), seen::toString);
        assertEquals("server_error", seen.path("error").path("type").asText(), seen::toString);
        assertEquals(2, seen.path("chunks").asInt(), seen::toString);
    }

    @ParameterizedTest
    @CsvSource({"429, 429, RateLimitError, rate_limit_exceeded", "401, 502, InternalServerError, ",
            "503, 503, InternalServerError, overloaded"})
    void theSdkThrowsWhatTheStatusMeans(int from, int status, String kind, String code) throws Exception {
        upstream.script(call -> call.reply(from + " No", "application/json", "{\"error\":{\"message\":\"because\"}}"));
        JsonNode error = sdk("stream", request("alias", "")).path("error");
        assertEquals(kind, error.path("class").asText(), error::toString);
        assertEquals(status, error.path("status").asInt());
        assertEquals(code, error.path("code").asText(null));
        assertTrue(error.path("message").asText().contains("because"), error::toString);
        assertTrue(error.path("requestId").asText().startsWith("req_"), error::toString);
    }

    @Test
    void mistakesInARequestAreToldToTheSdk() throws Exception {
        JsonNode unknown = sdk("create", request("nobody-knows-it", "")).path("error");
        assertEquals("NotFoundError", unknown.path("class").asText(), unknown::toString);
        assertEquals("model_not_found", unknown.path("code").asText());
        JsonNode wrong = sdk("create", request("alias", "\"n\":2,")).path("error");
        assertEquals("BadRequestError", wrong.path("class").asText(), wrong::toString);
        assertEquals("n", wrong.path("param").asText());
        assertTrue(upstream.calls().isEmpty());
    }

    @Test
    void theSdkListsModels() throws Exception {
        JsonNode ids = sdk("models", "null").path("ids");
        assertEquals(3, ids.size(), ids::toString);
        JsonNode model = sdk("model", "gpt/gpt-a");
        assertEquals("gpt/gpt-a", model.path("id").asText(), model::toString);
        assertEquals("gpt", model.path("owned_by").asText());
        assertEquals("model_not_found", sdk("model", "nobody").path("error").path("code").asText());
    }
}
