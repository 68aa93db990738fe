package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ContentTooLargeException;
import com.anthropic.errors.GatewayTimeoutException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.anthropic.models.models.ModelInfo;
import com.anthropic.models.models.ModelListPage;
import com.anthropic.models.models.ModelListParams;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's Java SDK in front, its accumulator the strictest reader of events there is; a scripted upstream behind. */
class AnthropicJavaSdkTest extends GatewayTest {
    private static final String KEY = "the-clients-own-key";
    private static final ObjectMapper JSON = new ObjectMapper();

    private AnthropicClient client;

    @Override
    protected String config() {
        return """
            server: { max-body: 64KB }
            keys: [the-clients-own-key]
            providers:
              gpt: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789,
                     models: [gpt-a, gpt-b, gpt-c] }
              claude: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: alias, to: "gpt/gpt-up" }
              - { match: "claude-*", to: "claude/{model}" }
            """;
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    @BeforeAll
    void connect() {
        client = JavaSdk.client(gateway, KEY);
    }

    @AfterAll
    void disconnect() {
        client.close();
    }

    /** Every request is answered by a stream of these frames. */
    private void streams(String... frames) {
        upstream.script(call -> call.streamHead().chunk(String.join("", frames)).lastChunk());
    }

    private Message stream(MessageCreateParams.Builder request) {
        return JavaSdk.stream(client, request.build());
    }

    private static JsonNode sent(UpstreamCall call) throws IOException {
        return JSON.readTree(call.request().body());
    }

    // -- messages of an upstream that speaks chat completions ----------------------------------------------------------

    @Test
    void textStreams() throws IOException {
        streams(ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}"), ChatWire.text("Grüße, "),
                ChatWire.text(Wire.ANSWER), ChatWire.end("stop"));
        Message message = stream(JavaSdk.request("alias"));
        assertEquals("Grüße, " + Wire.ANSWER, JavaSdk.text(message));
        assertEquals(StopReason.END_TURN, message.stopReason().orElseThrow());
        assertEquals("alias", message.model().asString());
        assertEquals(20, message.usage().inputTokens());
        assertEquals(10, message.usage().cacheReadInputTokens().orElseThrow());
        assertEquals(9, message.usage().outputTokens());
        assertTrue(message.isValid(), message::toString);
        assertEquals("gpt-up", sent(upstream.call()).path("model").asText());
        assertEquals("Bearer " + Wire.UPSTREAM_KEY, upstream.call().request().header("authorization"));
    }

    @Test
    void aWholeReply() {
        upstream.script(call -> call.json(
                ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + Wire.ANSWER + "\"}", "length")));
        Message message = client.messages().create(JavaSdk.request("alias").build());
        assertEquals(Wire.ANSWER, JavaSdk.text(message));
        assertEquals(StopReason.MAX_TOKENS, message.stopReason().orElseThrow());
        assertEquals(9, message.usage().outputTokens());
    }

    @Test
    void reasoningThenParallelCallsThenTheirResults() throws IOException {
        streams(ChatWire.delta("{\"role\":\"assistant\",\"reasoning_content\":\"Let me \"}"),
                ChatWire.delta("{\"reasoning_content\":\"think.\"}"), ChatWire.text("I look."),
                ChatWire.call(0, "call_A", "get_weather", ""), ChatWire.call(1, "call_B", "get_time", ""),
                ChatWire.arguments(0, "{\\\"city\\\":"), ChatWire.arguments(1, "{\\\"zone\\\":\\\"CET\\\"}"),
                ChatWire.arguments(0, "\\\"Köln\\\"}"), ChatWire.end("tool_calls"));
        MessageCreateParams.Builder request = JavaSdk.request("alias").system("Be brief.")
                .addTool(JavaSdk.tool("get_weather", "city")).addTool(JavaSdk.tool("get_time", "zone"));
        Message calls = stream(request);
        assertEquals(StopReason.TOOL_USE, calls.stopReason().orElseThrow());
        assertEquals(4, calls.content().size());
        assertTrue(calls.isValid(), calls::toString);
        assertEquals("Let me think.", calls.content().get(0).asThinking().thinking());
        assertEquals("I look.", calls.content().get(1).asText().text());
        ToolUseBlock weather = calls.content().get(2).asToolUse();
        ToolUseBlock time = calls.content().get(3).asToolUse();
        assertEquals(List.of("call_A", "get_weather", "call_B", "get_time"),
                List.of(weather.id(), weather.name(), time.id(), time.name()));
        assertEquals(JsonValue.from(Map.of("city", "Köln")), weather._input());
        assertEquals(JsonValue.from(Map.of("zone", "CET")), time._input());

        upstream.reset();
        streams(ChatWire.text(Wire.ANSWER), ChatWire.end("stop"));
        Message answer = stream(request.addMessage(calls).addUserMessageOfContentBlockParams(
                List.of(result(weather, "rain", false), result(time, "no such zone", true),
                        ContentBlockParam.ofText("Go on."))));
        assertEquals(Wire.ANSWER, JavaSdk.text(answer));
        JsonNode messages = sent(upstream.call()).path("messages");
        assertEquals(List.of("system", "user", "assistant", "tool", "tool", "user"), messages.findValuesAsText("role"));
        assertEquals("{\"city\":\"Köln\"}",
                messages.path(2).path("tool_calls").path(0).path("function").path("arguments").asText());
        assertEquals(List.of("call_A", "call_B"), messages.findValuesAsText("tool_call_id"));
        assertEquals("rain", messages.path(3).path("content").asText());
        assertTrue(messages.path(4).path("content").asText().contains("no such zone"));
    }

    private static ContentBlockParam result(ToolUseBlock call, String text, boolean error) {
        return ContentBlockParam.ofToolResult(
                ToolResultBlockParam.builder().toolUseId(call.id()).content(text).isError(error).build());
    }

    @Test
    void aCallWithoutArguments() {
        streams(ChatWire.call(0, "call_A", "now", ""), ChatWire.end("tool_calls"));
        Message message = stream(JavaSdk.request("alias").addTool(JavaSdk.tool("now", "zone")));
        assertEquals(JsonValue.from(Map.of()), message.content().getFirst().asToolUse()._input());
        assertTrue(message.validate().content().getFirst().asToolUse().caller().isDirect());
    }

    @Test
    void aCallInAWholeReply() {
        upstream.script(call -> call.json(ChatWire.completion("""
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_A","type":"function",\
            "function":{"name":"now","arguments":"{\\"zone\\":\\"CET\\"}"}}]}""", "tool_calls")));
        Message message = client.messages()
                .create(JavaSdk.request("alias").addTool(JavaSdk.tool("now", "zone")).build()).validate();
        ToolUseBlock call = message.content().getFirst().asToolUse();
        assertEquals(JsonValue.from(Map.of("zone", "CET")), call._input());
        assertTrue(call.caller().isDirect());
    }

    @Test
    void anEmptyAnswer() {
        streams(ChatWire.delta("{\"role\":\"assistant\",\"content\":\"\"}"), ChatWire.end("stop"));
        Message message = stream(JavaSdk.request("alias"));
        assertEquals("", JavaSdk.text(message));
        assertEquals(StopReason.END_TURN, message.stopReason().orElseThrow());
    }

    @Test
    void textArrivesWhileTheUpstreamHoldsTheRestBack() {
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(call -> call.streamHead().chunk(ChatWire.text("first")).await(seen)
                .chunk(ChatWire.text(", second") + ChatWire.end("stop")).lastChunk());
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages()
                .createStreaming(JavaSdk.request("alias").build())) {
            events.stream().map(accumulator::accumulate).filter(RawMessageStreamEvent::isContentBlockDelta)
                    .forEach(delta -> seen.countDown());
        }
        assertEquals("first, second", JavaSdk.text(accumulator.message()));
    }

    @Test
    void aClientThatClosesItsStreamEndsTheUpstreamsWork() {
        upstream.script(call -> {
            call.streamHead().chunk(ChatWire.text("first"));
            call.awaitClientClosed();
        });
        try (StreamResponse<RawMessageStreamEvent> events = client.messages()
                .createStreaming(JavaSdk.request("alias").build())) {
            assertTrue(events.stream().anyMatch(RawMessageStreamEvent::isContentBlockDelta));
        }
        Patience.await("the upstream is left").until(() -> upstream.call().clientClosed().getCount() == 0);
        // The line of the test before may come late: it is written behind the reply.
        Patience.await("the call is logged as cancelled").until(() -> gateway.log().accessLines().stream()
                .anyMatch(line -> line.contains(" path=/v1/messages ") && line.endsWith(" cancelled=true")));
    }

    // -- streams that fail on the way ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"alias", "claude-x"})
    void aStreamThatIsCutOffIsAnErrorAndNoMessage(String model) {
        streams(model.equals("alias")
                ? ChatWire.text(Wire.ANSWER)
                : Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER)));
        SseException error = assertThrows(SseException.class, () -> stream(JavaSdk.request(model)));
        assertEquals("api_error", error.type().orElseThrow().asString());
    }

    @Test
    void anErrorInTheMiddleOfAStreamIsTold() {
        streams(ChatWire.text(Wire.ANSWER), "data: {\"error\":{\"message\":\"busy, sorry\",\"code\":503}}\n\n");
        SseException error = assertThrows(SseException.class, () -> stream(JavaSdk.request("alias")));
        assertEquals("overloaded_error", error.type().orElseThrow().asString());
        assertTrue(error.apiMessage().orElseThrow().contains("busy, sorry"), error.apiMessage()::orElseThrow);
    }

    @Test
    void aConnectionThatIsResetIsTold() {
        upstream.script(call -> {
            call.streamHead().chunk(ChatWire.text("beginning"));
            call.reset();
        });
        AnthropicServiceException error = assertThrows(AnthropicServiceException.class,
                () -> stream(JavaSdk.request("alias")));
        assertEquals("api_error", error.type().orElseThrow().asString());
    }

    // -- errors with a status ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"alias, true", "alias, false", "claude-x, true", "claude-x, false"})
    void tooManyRequests(String model, boolean streaming) {
        upstream.script(call -> call.reply("429 Too Many Requests", "application/json",
                "{\"type\":\"error\",\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\"}}",
                "retry-after: 7"));
        RateLimitException error = assertThrows(RateLimitException.class, () -> {
            if (streaming) {
                stream(JavaSdk.request(model));
            } else {
                client.messages().create(JavaSdk.request(model).build());
            }
        });
        assertEquals(List.of("7"), error.headers().values("retry-after"));
        assertEquals("rate_limit_error", error.type().orElseThrow().asString());
        assertTrue(error.apiMessage().orElseThrow().contains("slow down"), error.apiMessage()::orElseThrow);
        assertTrue(error.requestId().isPresent());
    }

    @Test
    void theSdkTriesAgainWhenTold() {
        upstream.script(call -> {
            if (upstream.calls().size() == 1) {
                call.reply("429 Too Many Requests", "application/json", "{}", "retry-after: 0");
            } else {
                call.streamHead().chunk(ChatWire.text("at last") + ChatWire.end("stop")).lastChunk();
            }
        });
        Message message = JavaSdk.stream(client.withOptions(options -> options.maxRetries(2)),
                JavaSdk.request("alias").build());
        assertEquals("at last", JavaSdk.text(message));
        assertEquals(2, upstream.calls().size());
    }

    @ParameterizedTest
    @CsvSource({"400, 400, invalid_request_error", "401, 502, api_error", "404, 404, not_found_error",
            "413, 413, request_too_large", "500, 500, api_error", "503, 529, overloaded_error",
            "504, 504, timeout_error"})
    void statusesOfTheUpstream(int from, int status, String type) {
        upstream.script(call -> call.reply(from + " No", "application/json", "{\"error\":{\"message\":\"because\"}}"));
        AnthropicServiceException error = assertThrows(AnthropicServiceException.class,
                () -> stream(JavaSdk.request("alias")));
        Class<? extends AnthropicServiceException> kind = switch (status) {
            case 400 -> BadRequestException.class;
            case 404 -> NotFoundException.class;
            case 413 -> ContentTooLargeException.class;
            case 504 -> GatewayTimeoutException.class;
            case 529 -> OverloadedException.class;
            default -> InternalServerException.class;
        };
        assertInstanceOf(kind, error);
        assertEquals(status, error.statusCode());
        assertEquals(type, error.type().orElseThrow().asString());
        assertTrue(error.apiMessage().orElseThrow().contains("because"), error.apiMessage()::orElseThrow);
    }

    @Test
    void mistakesInARequest() {
        BadRequestException removed = assertThrows(BadRequestException.class,
                () -> stream(JavaSdk.request("alias").putAdditionalBodyProperty("temperature", JsonValue.from(1.0))));
        assertTrue(removed.apiMessage().orElseThrow().contains("temperature"), removed.apiMessage()::orElseThrow);
        BadRequestException wrong = assertThrows(BadRequestException.class,
                () -> stream(JavaSdk.request("alias").putAdditionalBodyProperty("tools", JsonValue.from(7))));
        assertTrue(wrong.apiMessage().orElseThrow().contains("tools"), wrong.apiMessage()::orElseThrow);
        NotFoundException unknown = assertThrows(NotFoundException.class,
                () -> stream(JavaSdk.request("nobody-knows-it")));
        assertTrue(unknown.apiMessage().orElseThrow().contains("nobody-knows-it"), unknown.apiMessage()::orElseThrow);
        assertThrows(ContentTooLargeException.class,
                () -> stream(JavaSdk.request("alias").addUserMessage("x".repeat(70_000))));
        assertTrue(upstream.calls().isEmpty(), "the upstream is not bothered");
    }

    @Test
    void aWrongKey() {
        AnthropicClient stranger = JavaSdk.client(gateway, "a-wrong-key");
        try {
            UnauthorizedException error = assertThrows(UnauthorizedException.class,
                    () -> stranger.messages().create(JavaSdk.request("alias").build()));
            assertEquals("authentication_error", error.type().orElseThrow().asString());
            assertThrows(UnauthorizedException.class, () -> stranger.models().list());
        } finally {
            stranger.close();
        }
    }

    // -- Anthropic behind as well --------------------------------------------------------------------------------------

    @Test
    void anAnthropicUpstreamPassesThrough() {
        streams(Wire.stream());
        Message streamed = stream(JavaSdk.request("claude-up"));
        upstream.script(call -> call.json(Wire.MESSAGE));
        Message whole = client.messages().create(JavaSdk.request("claude-up").build());
        assertEquals(Wire.ANSWER, JavaSdk.text(streamed));
        assertEquals(Wire.ANSWER + " é", JavaSdk.text(whole));
        for (Message message : List.of(streamed, whole)) {
            assertEquals("msg_01", message.id());
            assertEquals(StopReason.END_TURN, message.stopReason().orElseThrow());
            assertEquals(29, message.usage().outputTokens());
        }
        for (UpstreamCall call : upstream.calls()) {
            assertEquals("2026-10-21", call.request().header("anthropic-version"));
            assertEquals(Wire.UPSTREAM_KEY, call.request().header("x-api-key"));
            assertFalse(call.request().head().contains(KEY));
        }
    }

    // -- models --------------------------------------------------------------------------------------------------------

    @Test
    void modelsPageByPage() {
        List<String> all = client.models().list().data().stream().map(ModelInfo::id).toList();
        assertEquals(4, all.size(), all::toString);
        assertTrue(all.contains("alias"), all::toString);
        ModelListPage first = client.models().list(ModelListParams.builder().limit(1).build());
        assertEquals(all.subList(0, 1), first.data().stream().map(ModelInfo::id).toList());
        assertTrue(first.hasNextPage());
        assertEquals(all, first.autoPager().stream().map(ModelInfo::id).toList());
        for (String id : all) {
            ModelInfo model = client.models().retrieve(id);
            assertTrue(model.isValid(), model::toString);
            assertEquals(id, model.id());
            assertEquals(ModelInfo.Lifecycle.ACTIVE, model.lifecycle());
            assertFalse(model.displayName().isBlank());
            assertTrue(model.createdAt().getYear() >= 1970);
        }
        assertThrows(NotFoundException.class, () -> client.models().retrieve("nobody-knows-it"));
    }
}
