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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Claude Code in print mode, a process in front of the gateway with a home of its own; a scripted upstream behind. */
@DisplayName("Claude Code in print mode")
@Timeout(240)
class ClaudeCodeIT extends GatewayTest {
    private static final String KEY = "the-clients-own-key";
    private static final String BILLING = "x-anthropic-billing-header";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path scratch;

    private Path work;

    @Override
    protected String config() {
        return """
            keys: [the-clients-own-key]
            providers:
              gpt: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789 }
              claude: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
              google: { dialect: gemini, base-url: "%s", api-key: upstream-key-0123456789 }
              demo: { dialect: exec, command: ["{java}", "-XX:TieredStopAtLevel=1", "-cp", "{classpath}",
                      "dev.caravan.demo.DemoEngine", "--tokens-per-second", "0"] }
            models:
              - { match: "claude-sonnet-*", to: "gpt/gpt-up" }
              - { match: "claude-haiku-*", to: "demo/demo" }
              - { match: "gemini-*", to: "google/{model}" }
              - { match: "claude-*", to: "claude/{model}" }
            """;
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    @BeforeEach
    void prepare() throws IOException {
        NodeModules.assumeInstalled();
        work = Files.createDirectories(scratch.resolve("work"));
    }

    /**
     * One run.
     *
     * @param credential the variable that holds the key: one makes an x-api-key of it, another a bearer token
     */
    private ClientProcess.Result run(String credential, String model, String prompt, String... options)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>();
        environment.put("ANTHROPIC_BASE_URL", gateway.uri("").toString());
        environment.put(credential, KEY);
        environment.put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        environment.put("DISABLE_AUTOUPDATER", "1");
        environment.put("CLAUDE_CODE_MAX_RETRIES", "0");
        List<String> command = new ArrayList<>(
                List.of("node", NodeModules.file("@anthropic-ai/claude-code/cli-wrapper.cjs").toString(), "-p",
                        prompt + " " + Wire.PROMPT, "--model", model, "--allowedTools", "Bash"));
        command.addAll(List.of(options));
        return ClientProcess.run(work, scratch, environment, command);
    }

    private ClientProcess.Result run(String model) throws IOException, InterruptedException {
        return run("ANTHROPIC_API_KEY", model, "Make the file.", "--output-format", "json");
    }

    /** The last line, which tells how it went; it must have gone well. */
    private static JsonNode success(ClientProcess.Result result) throws IOException {
        assertEquals(0, result.exitCode(), () -> result.out() + result.err());
        JsonNode last = JSON.readTree(result.out().lines().toList().getLast());
        assertEquals("success", last.path("subtype").asText(), result::out);
        assertFalse(last.path("is_error").asBoolean(true), result::out);
        return last;
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
        JsonNode result = success(run("claude-sonnet-4-5"));
        assertEquals("The file says caravan-42.", result.path("result").asText());
        assertEquals(2, result.path("num_turns").asInt(), result::toString);
        assertEquals(2 * 9, result.path("usage").path("output_tokens").asInt(), result::toString);
        assertEquals("caravan-42\n", Files.readString(work.resolve("made.txt")));
        assertEquals(2, upstream.calls().size());
        for (UpstreamCall call : upstream.calls()) {
            assertIsChatCompletions(call.request());
        }
        JsonNode messages = JSON.readTree(upstream.calls().getLast().request().body()).path("messages");
        assertEquals(Map.of("call_A", "caravan-42"), toolResults(messages));
    }

    @Test
    void reasoningAndParallelToolsWithABearerToken() throws Exception {
        scriptToolLoop(ChatWire.delta("{\"reasoning_content\":\"Two at once.\"}"),
                ChatWire.call(0, "call_A", "Bash", ""), ChatWire.call(1, "call_B", "Bash", ""),
                ChatWire.arguments(1, "{\\\"command\\\":\\\"echo second\\\"}"),
                ChatWire.arguments(0, "{\\\"command\\\":\\\"echo first\\\"}"));
        ClientProcess.Result run = run("ANTHROPIC_AUTH_TOKEN", "claude-sonnet-4-5", "Do both.", "--output-format",
                "stream-json", "--verbose", "--include-partial-messages");
        assertEquals("The file says caravan-42.", success(run).path("result").asText());
        assertTrue(run.out().contains("\"thinking_delta\""), run::out);
        for (UpstreamCall call : upstream.calls()) {
            assertIsChatCompletions(call.request());
        }
        JsonNode messages = JSON.readTree(upstream.calls().getLast().request().body()).path("messages");
        assertEquals(Map.of("call_A", "first", "call_B", "second"), toolResults(messages));
    }

    // -- to Gemini -------------------------------------------------------------------------------------------------------

    @Test
    void geminiGetsItsThoughtSignaturesBack() throws Exception {
        upstream.script(call -> {
            call.streamHead();
            if (call.request().text().contains("\"functionResponse\"")) {
                call.chunk(GeminiWire.text("The file says ") + GeminiWire.text("caravan-42.") + GeminiWire.end("STOP"));
            } else {
                call.chunk(GeminiWire.parts("[{\"text\":\"Two at once.\",\"thought\":true}]")
                        + GeminiWire.text("I do it.")
                        + GeminiWire
                                .parts("[{\"functionCall\":{\"name\":\"Bash\",\"args\":{\"command\":\"echo first\"}},"
                                        + "\"thoughtSignature\":\"EpEg+/==\"},{\"functionCall\":{\"name\":\"Bash\",\"args\":"
                                        + "{\"command\":\"echo second\"}}}]")
                        + GeminiWire.end("STOP"));
            }
            call.lastChunk();
        });
        JsonNode result = success(run("gemini-3-flash"));
        assertEquals("The file says caravan-42.", result.path("result").asText());
        assertEquals(2, upstream.calls().size());
        for (UpstreamCall call : upstream.calls()) {
            String body = call.request().text();
            for (String foreign : List.of("cache_control", BILLING, "\"$schema\"", "additionalProperties",
                    "input_schema")) {
                assertFalse(body.contains("\"" + foreign) || body.contains(foreign + ":"), foreign);
            }
        }
        JsonNode contents = JSON.readTree(upstream.calls().getLast().request().body()).path("contents");
        List<JsonNode> calls = contents.findParents("functionCall");
        assertEquals(List.of("EpEg+/==", ""),
                calls.stream().map(part -> part.path("thoughtSignature").asText("")).toList());
        assertEquals(List.of("first", "second"), contents.findValues("functionResponse").stream()
                .map(answer -> answer.path("response").path("output").asText()).toList());
    }

    /** The results by the ids of their calls; Claude Code sends them in the order in which the tools finish. */
    private static Map<String, String> toolResults(JsonNode messages) {
        return messages.findParents("tool_call_id").stream().collect(Collectors
                .toMap(result -> result.path("tool_call_id").asText(), result -> result.path("content").asText()));
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
        assertEquals(Wire.ANSWER, success(run("claude-up")).path("result").asText());
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
        ClientProcess.Result text = run("ANTHROPIC_API_KEY", "claude-haiku-4-5", "Tell me of Alice.", "--output-format",
                "text");
        assertEquals(0, text.exitCode(), () -> text.out() + text.err());
        assertFalse(text.out().isBlank());
        ClientProcess.Result tool = run("ANTHROPIC_API_KEY", "claude-haiku-4-5", "Use the Bash tool.",
                "--output-format", "json");
        assertEquals(2, success(tool).path("num_turns").asInt(), tool::out);
    }
}
