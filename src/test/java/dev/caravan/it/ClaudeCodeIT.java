package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Claude Code in print mode, a process in front of the gateway with a home of its own; a scripted upstream behind. */
@DisplayName("Claude Code in print mode")
@Timeout(240)
class ClaudeCodeIT extends GatewayTest {
    private static final String KEY = ClaudeCode.KEY;
    private static final String BILLING = "x-anthropic-billing-header";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path scratch;

    private ClaudeCode claude;

    @Override
    protected String config() {
        return """
            keys: [the-clients-own-key]
            providers:
              gpt: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789 }
              claude: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              demo: { dialect: exec, command: ["{java}", "-XX:TieredStopAtLevel=1", "-cp", "{classpath}",
                      "dev.caravan.demo.DemoEngine", "--tokens-per-second", "0"] }
            models:
              - { match: "claude-sonnet-*", to: "gpt/gpt-up" }
              - { match: "claude-haiku-*", to: "demo/demo" }
              - { match: "claude-*", to: "claude/{model}" }
            """;
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    @BeforeEach
    void prepare() {
        NodeModules.assumeInstalled();
        claude = new ClaudeCode(gateway, scratch);
    }

    private ClientProcess.Result run(String model) throws IOException, InterruptedException {
        return claude.run("ANTHROPIC_API_KEY", model, "Make the file.", "--output-format", "json");
    }

    /** The upstream calls tools with these chunks, and ends with words when it has their results. */
    private void scriptToolLoop(String... calls) {
        upstream.script(call -> {
            call.streamHead();
            if (call.request().text().contains("\"tool_call_id\"")) {
                call.chunk(ChatWire.text("The file says ") + ChatWire.text("caravan-42.") + ChatWire.end("stop"));
            } else {
                call.chunk(ChatWire.text("I make it.") + String.join("", calls) + ChatWire.end("tool_calls"));
            }
            call.lastChunk();
        });
    }

    // -- to chat completions -------------------------------------------------------------------------------------------

    @Test
    void aToolLoop() throws Exception {
        scriptToolLoop(ChatWire.call(0, "call_A", "Bash", ""),
                ChatWire.arguments(0, "{\\\"command\\\":\\\"echo caravan-$((6*7)) > made.txt"),
                ChatWire.arguments(0, " && cat made.txt\\\",\\\"description\\\":\\\"Make a file\\\"}"));
        JsonNode result = ClaudeCode.success(run("claude-sonnet-4-5"));
        assertEquals("The file says caravan-42.", result.path("result").asText());
        assertEquals(2, result.path("num_turns").asInt(), result::toString);
        assertEquals(2 * 9, result.path("usage").path("output_tokens").asInt(), result::toString);
        assertEquals("caravan-42\n", Files.readString(claude.work().resolve("made.txt")));
        assertEquals(2, upstream.calls().size());
        for (UpstreamCall call : upstream.calls()) {
            assertIsChatCompletions(call.request());
        }
        ToolTurn turn = new OpenAiFixture().turn(JSON.readTree(upstream.calls().getLast().request().body()));
        assertEquals(List.of("caravan-42"), turn.outputs());
    }

    /** A request that every server of chat completions takes, and nothing in it that only Anthropic knows. */
    private static void assertIsChatCompletions(WireRequest request) throws IOException {
        assertEquals("/v1/chat/completions", request.path());
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, request.header("authorization"));
        assertFalse(request.head().contains(KEY));
        for (String word : List.of("\"cache_control\"", "\"input_schema\"", "\"tool_use_id\"", BILLING, KEY)) {
            assertFalse(request.text().contains(word), word);
        }
        JsonNode body = JSON.readTree(request.body());
        assertEquals("gpt-up", body.path("model").asText());
        assertTrue(body.path("stream").asBoolean());
        assertTrue(body.path("stream_options").path("include_usage").asBoolean());
        assertTrue(body.path("tools").size() > 0);
        for (JsonNode tool : body.path("tools")) {
            assertEquals("function", tool.path("type").asText(), tool::toString);
            assertTrue(tool.path("function").path("name").asText().matches("[a-zA-Z0-9_-]{1,64}"), tool::toString);
            assertEquals("object", tool.path("function").path("parameters").path("type").asText(), tool::toString);
        }
        List<String> unanswered = new ArrayList<>();
        for (JsonNode message : body.path("messages")) {
            String role = message.path("role").asText();
            if (role.equals("tool")) {
                assertTrue(unanswered.remove(message.path("tool_call_id").asText()),
                        () -> "the result of no call: " + message);
            } else {
                assertTrue(List.of("system", "user", "assistant").contains(role), role);
                assertEquals(List.of(), unanswered, "results come directly after their calls");
                message.path("tool_calls").forEach(call -> unanswered.add(call.path("id").asText()));
            }
        }
        assertEquals(List.of(), unanswered, "calls without results");
    }

    @Test
    void halfAnAnswerIsNotTakenForSuccess() throws Exception {
        upstream.script(call -> call.streamHead().chunk(ChatWire.text(Wire.ANSWER)).lastChunk());
        ClientProcess.Result result = run("claude-sonnet-4-5");
        assertNotEquals(0, result.exitCode(), result::out);
        assertTrue(JSON.readTree(result.out()).path("is_error").asBoolean(), result::out);
        assertFalse(result.out().contains(Wire.ANSWER), result::out);
    }

    @Test
    void whatTheUpstreamSaidIsTold() throws Exception {
        upstream.script(call -> call.reply("429 Too Many Requests", "application/json",
                "{\"error\":{\"message\":\"the month's budget is spent\"}}", "retry-after: 0"));
        ClientProcess.Result result = run("claude-sonnet-4-5");
        assertNotEquals(0, result.exitCode(), result::out);
        assertEquals(429, JSON.readTree(result.out()).path("api_error_status").asInt(), result::out);
        assertTrue(result.out().contains("the month's budget is spent"), result::out);
    }

    // -- to others -----------------------------------------------------------------------------------------------------

    @Test
    void anAnthropicUpstreamSeesClaudeCodeAsItIs() throws Exception {
        upstream.script(call -> call.streamHead().chunk(Wire.stream()).lastChunk());
        assertEquals(Wire.ANSWER, ClaudeCode.success(run("claude-up")).path("result").asText());
        WireRequest request = upstream.call().request();
        assertEquals(Wire.UPSTREAM_KEY, request.header("x-api-key"));
        assertFalse(request.head().contains(KEY), "the client's key stays here");
        assertTrue(request.header("anthropic-beta").contains("claude-code-20250219"), request.head());
        JsonNode system = JSON.readTree(request.body()).path("system");
        assertTrue(system.path(0).path("text").asText().startsWith(BILLING), system::toString);
        assertTrue(request.text().contains("\"cache_control\""));
    }

    @Test
    void theDemoEngineAnswers() throws Exception {
        ClientProcess.Result text = claude.run("ANTHROPIC_API_KEY", "claude-haiku-4-5", "Tell me of Alice.",
                "--output-format",
                "text");
        assertEquals(0, text.exitCode(), () -> text.out() + text.err());
        assertFalse(text.out().isBlank());
        ClientProcess.Result tool = claude.run("ANTHROPIC_API_KEY", "claude-haiku-4-5", "Use the Bash tool.",
                "--output-format", "json");
        assertEquals(2, ClaudeCode.success(tool).path("num_turns").asInt(), tool::out);
    }
}
