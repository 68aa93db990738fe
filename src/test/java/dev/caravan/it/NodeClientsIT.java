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

/** Anthropic's TypeScript SDK, a process in front of the gateway; a scripted upstream behind. */
@DisplayName("Anthropic's TypeScript SDK on Node.js")
@Timeout(240)
class NodeClientsIT extends NodeClientTest {

    @BeforeEach
    void clientsAreInstalled() {
        NodeModules.assumeInstalled();
    }

    private void streams(String... frames) {
        upstream.script(call -> call.streamHead().chunk(String.join("", frames)).lastChunk());
    }

    private JsonNode sdk(String operation, String argument) throws IOException, InterruptedException {
        return run("sdk.mjs", Map.of("ANTHROPIC_BASE_URL", gateway.uri("").toString(), "ANTHROPIC_API_KEY", KEY),
                operation,
                argument);
    }

    private static String request(String model) {
        return Wire.request(model);
    }

    @Test
    void theHelperOfTheSdkPutsAStreamTogether() throws Exception {
        streams(ChatWire.delta("{\"role\":\"assistant\",\"reasoning_content\":\"Hm.\"}"), ChatWire.text("Grüße, "),
                ChatWire.text(Wire.ANSWER), ChatWire.end("stop"));
        JsonNode message = sdk("stream", request("alias")).path("message");
        assertEquals("thinking", message.path("content").path(0).path("type").asText(), message::toString);
        assertEquals("Hm.", message.path("content").path(0).path("thinking").asText());
        assertEquals("Grüße, " + Wire.ANSWER, message.path("content").path(1).path("text").asText());
        assertEquals("end_turn", message.path("stop_reason").asText());
        assertEquals("alias", message.path("model").asText());
        assertEquals(20, message.path("usage").path("input_tokens").asInt());
        assertEquals(9, message.path("usage").path("output_tokens").asInt());
    }

    @Test
    void theSdkReadsAWholeReply() throws Exception {
        upstream.script(call -> call.json(ChatWire.completion("""
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_A","type":"function",\
            "function":{"name":"now","arguments":"{}"}}]}""", "tool_calls")));
        JsonNode message = sdk("create", request("alias")).path("message");
        assertEquals("tool_use", message.path("stop_reason").asText(), message::toString);
        assertEquals(
                "{\"type\":\"tool_use\",\"id\":\"call_A\",\"name\":\"now\",\"input\":{},\"caller\":{\"type\":\"direct\"}}",
                message.path("content").path(0).toString());
    }

    @Test
    void theSdkRunsALoopOfParallelTools() throws Exception {
        upstream.script(call -> {
            call.streamHead();
            if (call.request().text().contains("\"tool_call_id\"")) {
                call.chunk(ChatWire.text(Wire.ANSWER) + ChatWire.end("stop"));
            } else {
                call.chunk(ChatWire.call(0, "call_A", "weather", "") + ChatWire.call(1, "call_B", "time", "")
                        + ChatWire.arguments(1, "{\\\"zone\\\":1}") + ChatWire.arguments(0, "{\\\"city\\\":2}")
                        + ChatWire.end("tool_calls"));
            }
            call.lastChunk();
        });
        JsonNode seen = sdk("toolLoop", request("alias").replaceFirst("\\{", """
            {"tools":[{"name":"weather","input_schema":{"type":"object"}},\
            {"name":"time","input_schema":{"type":"object"}}],"""));
        assertEquals(2, seen.path("turns").asInt(), seen::toString);
        assertEquals(Wire.ANSWER, seen.path("message").path("content").path(0).path("text").asText());
        JsonNode messages = Json.read(upstream.calls().getLast().request().text()).path("messages");
        assertEquals(List.of("user", "assistant", "tool", "tool"), messages.findValuesAsText("role"));
        assertEquals(List.of("call_A", "call_B"), messages.findValuesAsText("tool_call_id"));
        assertEquals("weather {\"city\":2}", messages.path(2).path("content").asText());
        assertEquals("time {\"zone\":1}", messages.path(3).path("content").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"alias", "claude-x"})
    void aStreamThatIsCutOffIsAnErrorToTheSdk(String model) throws Exception {
        streams(model.equals("alias")
                ? ChatWire.text(Wire.ANSWER)
                : Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
        JsonNode seen = sdk("stream", request(model));
        assertEquals("api_error", seen.path("error").path("type").asText(), seen::toString);
        assertTrue(seen.path("events").toString().contains("content_block_delta"), seen::toString);
    }

    @Test
    void theSdkIsToldOfAnErrorInTheMiddleOfAStream() throws Exception {
        streams(ChatWire.text(Wire.ANSWER), "data: {\"error\":{\"message\":\"busy, sorry\",\"code\":503}}\n\n");
        JsonNode error = sdk("stream", request("alias")).path("error");
        assertEquals("overloaded_error", error.path("type").asText(), error::toString);
        assertTrue(error.path("message").asText().contains("busy, sorry"), error::toString);
    }

    @ParameterizedTest
    @CsvSource({"429, 429, RateLimitError, rate_limit_error", "401, 502, InternalServerError, api_error",
            "503, 529, OverloadedError, overloaded_error"})
    void theSdkThrowsWhatTheStatusMeans(int from, int status, String kind, String type) throws Exception {
        upstream.script(call -> call.reply(from + " No", "application/json", "{\"error\":{\"message\":\"because\"}}",
                "retry-after: 7"));
        JsonNode error = sdk("stream", request("alias")).path("error");
        assertEquals(kind, error.path("class").asText(), error::toString);
        assertEquals(status, error.path("status").asInt());
        assertEquals(type, error.path("type").asText());
        assertTrue(error.path("message").asText().contains("because"), error::toString);
        assertTrue(error.path("requestId").asText().startsWith("req_"), error::toString);
        if (status == 429) {
            assertEquals("7", error.path("retryAfter").asText());
        }
    }

    @Test
    void mistakesInARequestAreToldToTheSdk() throws Exception {
        JsonNode unknown = sdk("create", request("nobody-knows-it")).path("error");
        assertEquals("NotFoundError", unknown.path("class").asText(), unknown::toString);
        JsonNode wrong = sdk("create", "{\"model\":\"alias\",\"max_tokens\":5}").path("error");
        assertEquals("BadRequestError", wrong.path("class").asText(), wrong::toString);
        assertTrue(wrong.path("message").asText().contains("messages"), wrong::toString);
        assertTrue(upstream.calls().isEmpty());
    }

    @Test
    void theSdkCountsTokensAndListsModels() throws Exception {
        JsonNode count = sdk("count", "{\"model\":\"alias\",\"messages\":[{\"role\":\"user\",\"content\":\"a b c\"}]}");
        assertTrue(count.path("input_tokens").asInt() >= 3, count::toString);
        JsonNode all = sdk("models", "{}").path("ids");
        assertEquals(3, all.size(), all::toString);
        assertEquals(all, sdk("models", "{\"limit\":1}").path("ids"), "page by page");
        JsonNode model = sdk("model", all.path(0).asText());
        assertEquals(all.path(0), model.path("id"), model::toString);
        assertEquals("model", model.path("type").asText());
    }
}
