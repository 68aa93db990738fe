package dev.caravan.it;

import static dev.caravan.it.DialectFixture.CALLS;
import static dev.caravan.it.DialectFixture.INPUT;
import static dev.caravan.it.DialectFixture.OUTPUT;
import static dev.caravan.it.DialectFixture.TEXT;
import static dev.caravan.it.DialectFixture.THINKING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The SDKs on Node.js in front of the gateway; behind it a provider of each dialect. Each SDK goes through a loop of two tools at once
 * with streams and without, then through a stream that fails, a refusal, and a stream that is cut off.
 */
@DisplayName("The SDKs on Node.js, behind every dialect")
@Timeout(240)
class NodeDialectsIT extends NodeClientTest {
    private static final String CONCLUSION = ModelScript.conclusion(CALLS.getFirst(), CALLS.getLast());
    private static final String BASH = "{\"type\":\"object\",\"properties\":{\"command\":{\"type\":\"string\"}},\"required\":[\"command\"]}";
    private static final String READ = "{\"type\":\"object\",\"properties\":{\"file_path\":{\"type\":\"string\"}},\"required\":[\"file_path\"]}";

    @Override
    protected String config() {
        return DialectFixture.config(KEY);
    }

    @BeforeEach
    void prepare() {
        NodeModules.assumeInstalled("@anthropic-ai/sdk", "openai", "ai", "@ai-sdk/anthropic",
                "@ai-sdk/openai-compatible");
        upstream.script(new ModelScript());
    }

    private static String asked(String word) {
        return "\"messages\":[{\"role\":\"user\",\"content\":\"" + Wire.PROMPT + " " + word + "\"}]}";
    }

    /** The provider got the calls back as its model made them, and the two results. */
    private ToolTurn assertLooped(DialectFixture dialect, UpstreamCall second) {
        ToolTurn turn = dialect.turn(Json.read(second.request().text()));
        assertEquals(CALLS, turn.calls());
        assertEquals(CALLS, turn.outputs());
        assertFalse(second.request().head().contains(KEY), "the client's key stays here");
        return turn;
    }

    // -- Anthropic's SDK -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("dev.caravan.it.DialectFixture#each")
    void anthropicsSdk(DialectFixture dialect) throws Exception {
        String plain = "{\"model\":\"" + dialect.model() + "\",\"max_tokens\":64,";
        String loop = "{\"model\":\"" + dialect.model() + "\",\"max_tokens\":2048,\"thinking\":{\"type\":\"enabled\","
                + "\"budget_tokens\":1024},\"tools\":[{\"name\":\"Bash\",\"input_schema\":" + BASH
                + "},{\"name\":\"Read\",\"input_schema\":" + READ + "}]," + asked("");
        List<JsonNode> seen = runAll("sdk.mjs",
                Map.of("ANTHROPIC_BASE_URL", gateway.uri("").toString(), "ANTHROPIC_API_KEY", KEY), "toolLoop", loop,
                "toolLoopAtOnce", loop, "stream", plain + asked(ModelScript.FAIL), "stream",
                plain + asked(ModelScript.REFUSE), "stream", plain + asked(ModelScript.CUT));
        for (int i = 0; i < 2; i++) {
            assertCalls(seen.get(i).path("first"));
            JsonNode message = seen.get(i).path("message");
            assertEquals(CONCLUSION, message.at("/content/0/text").asText(), message::toString);
            assertEquals("end_turn", message.path("stop_reason").asText());
            UpstreamCall second = upstream.calls().get(2 * i + 1);
            assertLooped(dialect, second);
            assertTrue(second.request().text().contains(dialect.thinkingBack()), second.request()::text);
        }
        JsonNode failed = seen.get(2);
        assertTrue(failed.path("events").toString().contains("content_block_delta"), failed::toString);
        assertEquals(dialect.failureType(), failed.at("/error/type").asText(), failed::toString);
        assertTrue(failed.at("/error/message").asText().contains(DialectFixture.FAILURE), failed::toString);
        JsonNode refused = seen.get(3);
        assertEquals("RateLimitError", refused.at("/error/class").asText(), refused::toString);
        assertEquals(429, refused.at("/error/status").asInt());
        assertEquals("rate_limit_error", refused.at("/error/type").asText());
        assertTrue(refused.at("/error/message").asText().contains(DialectFixture.REFUSAL), refused::toString);
        JsonNode cut = seen.get(4);
        assertTrue(cut.path("events").toString().contains("content_block_delta"), cut::toString);
        assertEquals("api_error", cut.at("/error/type").asText(), cut::toString);
    }

    private static void assertCalls(JsonNode message) {
        List<String> content = new ArrayList<>();
        for (JsonNode block : message.path("content")) {
            if (block.path("type").asText().equals("thinking") && block.path("thinking").asText().isEmpty()) {
                continue; // in a block that is nothing but a signature, that of a call of Gemini's travels
            }
            content.add(switch (block.path("type").asText()) {
                case "thinking" -> "thinking " + block.path("thinking").asText();
                case "text" -> "text " + block.path("text").asText();
                case "tool_use" -> block.path("name").asText() + " " + block.path("input");
                default -> block.toString();
            });
        }
        assertEquals(List.of("thinking " + THINKING, "text " + TEXT, CALLS.getFirst(), CALLS.getLast()), content);
        assertEquals("tool_use", message.path("stop_reason").asText(), message::toString);
        JsonNode usage = message.path("usage");
        assertEquals(INPUT, usage.path("input_tokens").asInt() + usage.path("cache_read_input_tokens").asInt(),
                usage::toString);
        assertEquals(OUTPUT, usage.path("output_tokens").asInt(), usage::toString);
    }

    // -- the AI SDK ------------------------------------------------------------------------------------------------------

    static Stream<Arguments> providersOfTheAiSdk() {
        return DialectFixture.each()
                .flatMap(dialect -> Stream.of(Arguments.of("anthropic", dialect), Arguments.of("compatible", dialect)));
    }

    @ParameterizedTest
    @MethodSource("providersOfTheAiSdk")
    void theAiSdk(String provider, DialectFixture dialect) throws Exception {
        List<JsonNode> seen = runAll("ai.mjs",
                Map.of("BASE_URL", gateway.uri("/v1").toString(), "API_KEY", KEY, "TOOLS", "Bash,Read"), provider,
                dialect.model(), "stream", Wire.PROMPT, "generate", Wire.PROMPT, "stream", ModelScript.FAIL, "generate",
                ModelScript.REFUSE, "stream", ModelScript.CUT);
        for (int i = 0; i < 2; i++) {
            JsonNode told = seen.get(i);
            JsonNode first = told.path("first");
            assertEquals(THINKING, first.path("reasoning").asText(), told::toString);
            assertEquals(TEXT, first.path("text").asText(), told::toString);
            assertEquals(CALLS, first.path("calls").valueStream().map(JsonNode::asText).toList());
            assertEquals("tool-calls", first.path("finishReason").asText());
            assertEquals(CONCLUSION, told.path("text").asText(), told::toString);
            assertEquals("stop", told.path("finishReason").asText());
            assertEquals(2, told.path("steps").asInt());
            assertEquals(2 * INPUT, told.at("/usage/inputTokens").asInt(), told::toString);
            assertEquals(2 * OUTPUT, told.at("/usage/outputTokens").asInt(), told::toString);
            UpstreamCall second = upstream.calls().get(2 * i + 1);
            assertLooped(dialect, second);
            if (provider.equals("anthropic")) {
                assertTrue(second.request().text().contains(dialect.thinkingBack()), second.request()::text);
            }
        }
        JsonNode failed = seen.get(2);
        assertTrue(failed.path("parts").toString().contains("\"text-delta\""), failed::toString);
        assertTrue(failed.at("/error/message").asText().contains(DialectFixture.FAILURE), failed::toString);
        JsonNode refused = seen.get(3);
        assertEquals(429, refused.at("/error/status").asInt(), refused::toString);
        assertTrue(refused.at("/error/message").asText().contains(DialectFixture.REFUSAL), refused::toString);
        JsonNode cut = seen.get(4);
        assertTrue(cut.path("parts").toString().contains("\"text-delta\""), cut::toString);
        assertFalse(cut.at("/error/message").asText().isEmpty(), cut::toString);
    }

    // -- OpenAI's SDK ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("dev.caravan.it.DialectFixture#each")
    void openAisSdk(DialectFixture dialect) throws Exception {
        String model = "{\"model\":\"" + dialect.model() + "\",";
        String stream = "\"stream\":true,\"stream_options\":{\"include_usage\":true},";
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"Bash\",\"parameters\":" + BASH
                + "}},{\"type\":\"function\",\"function\":{\"name\":\"Read\",\"parameters\":" + READ + "}}],";
        List<JsonNode> seen = runAll("openai.mjs",
                Map.of("OPENAI_BASE_URL", gateway.uri("/v1").toString(), "OPENAI_API_KEY", KEY), "toolLoop",
                model + stream + tools + asked(""), "toolLoop", model + tools + asked(""), "stream",
                model + stream + asked(ModelScript.FAIL), "stream", model + asked(ModelScript.REFUSE), "stream",
                model + asked(ModelScript.CUT));
        for (int i = 0; i < 2; i++) {
            JsonNode told = seen.get(i);
            assertEquals(List.of("user", "assistant", "tool", "tool", "assistant"),
                    told.path("messages").valueStream().map(message -> message.path("role").asText()).toList(),
                    told::toString);
            JsonNode first = told.path("messages").path(1);
            assertEquals(TEXT, first.path("content").asText());
            assertEquals(CALLS, first.path("tool_calls").findValues("function").stream()
                    .map(call -> call.path("name").asText() + " " + Json.read(call.path("arguments").asText()))
                    .toList());
            assertEquals(CONCLUSION, told.path("text").asText());
            assertEquals(2 * INPUT, told.at("/usage/prompt_tokens").asInt(), told::toString);
            assertEquals(2 * OUTPUT, told.at("/usage/completion_tokens").asInt(), told::toString);
            assertLooped(dialect, upstream.calls().get(2 * i + 1));
        }
        JsonNode failed = seen.get(2);
        assertTrue(failed.path("chunks").asInt() > 0, failed::toString);
        assertEquals("APIError server_error",
                failed.at("/error/class").asText() + " " + failed.at("/error/type").asText(), failed::toString);
        assertTrue(failed.at("/error/message").asText().contains(DialectFixture.FAILURE), failed::toString);
        JsonNode refused = seen.get(3);
        assertEquals("RateLimitError 429 rate_limit_exceeded", refused.at("/error/class").asText() + " "
                + refused.at("/error/status").asInt() + " " + refused.at("/error/code").asText(), refused::toString);
        assertTrue(refused.at("/error/message").asText().contains(DialectFixture.REFUSAL), refused::toString);
        JsonNode cut = seen.get(4);
        assertTrue(cut.path("chunks").asInt() > 0, cut::toString);
        assertEquals("server_error", cut.at("/error/type").asText(), cut::toString);
    }
}
