package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.models.Model;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's Java SDK in front of the gateway, with its validation of everything that it reads. */
class OpenAiJavaSdkTest extends GatewayTest {
    private OpenAIClient client;

    @Override
    protected String config() {
        return """
            providers:
              up: { dialect: anthropic, base-url: "%s", api-key: upstream-key-0123456789, models: [claude-real] }
              chat: { dialect: openai, base-url: "%s/v1", api-key: upstream-key-0123456789, models: [gpt-real] }
            """;
    }

    @BeforeAll
    void connect() {
        client = OpenAIOkHttpClient.builder().baseUrl(gateway.uri("/v1").toString()).apiKey("any").maxRetries(0)
                .timeout(Duration.ofSeconds(60)).responseValidation(true).build();
    }

    @AfterAll
    void disconnect() {
        client.close();
    }

    private static ChatCompletionCreateParams.Builder request(String model) {
        return ChatCompletionCreateParams.builder().model(model).addSystemMessage("Be kind")
                .addUserMessage(Wire.PROMPT);
    }

    private ChatCompletion stream(ChatCompletionCreateParams.Builder request) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        ChatCompletionStreamOptions usage = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        try (StreamResponse<ChatCompletionChunk> chunks = client.chat().completions()
                .createStreaming(request.streamOptions(usage).build())) {
            chunks.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
        }
        return accumulator.chatCompletion();
    }

    private static ChatCompletionFunctionTool tool(String name) {
        return ChatCompletionFunctionTool.builder().function(FunctionDefinition.builder().name(name)
                .parameters(FunctionParameters.builder().putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties",
                                JsonValue.from(Map.of("x", Map.of("type", "number"))))
                        .build())
                .build()).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up/x", "chat/x"})
    void theAccumulatorPutsAStreamTogether(String model) {
        boolean raw = model.startsWith("up");
        upstream.script(call -> call.streamHead()
                .chunk(raw ? Wire.stream() : ChatWire.text(Wire.ANSWER) + ChatWire.end("stop")).lastChunk());
        ChatCompletion completion = stream(request(model));
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertEquals(Wire.ANSWER, choice.message().content().orElseThrow());
        assertEquals(ChatCompletion.Choice.FinishReason.STOP, choice.finishReason());
        assertEquals(raw ? 44 : 39, completion.usage().orElseThrow().totalTokens());
        assertTrue(completion.id().startsWith("chatcmpl-"), completion.id());
    }

    @Test
    void aWholeReplyIsValid() {
        upstream.script(call -> call.json(Wire.MESSAGE));
        ChatCompletion completion = client.chat().completions().create(request("up/x").build()).validate();
        assertEquals(Wire.ANSWER + " é", completion.choices().getFirst().message().content().orElseThrow());
        assertEquals(3, completion.usage().orElseThrow().promptTokensDetails().orElseThrow().cachedTokens()
                .orElseThrow());
    }

    @Test
    void aStreamedLoopOfParallelTools() {
        upstream.script(call -> {
            call.streamHead();
            if (call.request().text().contains("\"tool_call_id\"")) {
                call.chunk(ChatWire.text(Wire.ANSWER) + ChatWire.end("stop"));
            } else {
                call.chunk(ChatWire.text("Let me see") + ChatWire.call(0, "call_A", "f", "")
                        + ChatWire.call(1, "call_B", "g", "") + ChatWire.arguments(1, "{}")
                        + ChatWire.arguments(0, "{\\\"x\\\":") + ChatWire.arguments(0, "2}")
                        + ChatWire.end("tool_calls"));
            }
            call.lastChunk();
        });
        ChatCompletionCreateParams.Builder request = request("chat/x").addTool(tool("f")).addTool(tool("g"));
        ChatCompletion.Choice choice = stream(request).choices().getFirst();
        assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
        List<ChatCompletionMessageFunctionToolCall> calls = choice.message().toolCalls().orElseThrow().stream()
                .map(ChatCompletionMessageToolCall::asFunction).toList();
        assertEquals(List.of("call_A", "call_B"),
                calls.stream().map(ChatCompletionMessageFunctionToolCall::id).toList());
        assertEquals("{\"x\":2}", calls.getFirst().function().arguments());
        assertEquals("{}", calls.getLast().function().arguments());
        request.addMessage(choice.message());
        calls.forEach(call -> request.addMessage(ChatCompletionToolMessageParam.builder().toolCallId(call.id())
                .content("the result of " + call.function().name()).build()));
        assertEquals(Wire.ANSWER, stream(request).choices().getFirst().message().content().orElseThrow());
        String sent = upstream.calls().getLast().request().text();
        assertTrue(sent.contains("the result of f") && sent.contains("the result of g"), sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"up/x", "chat/x"})
    void aStreamThatIsCutOffIsAnException(String model) {
        upstream.script(call -> call.streamHead().chunk(model.startsWith("up")
                ? Wire.opening() + Wire.frame("content_block_delta", Wire.delta(Wire.ANSWER))
                : ChatWire.text(Wire.ANSWER)).lastChunk());
        SseException failure = assertThrows(SseException.class, () -> stream(request(model)));
        assertEquals("server_error", failure.type().orElseThrow());
    }

    @Test
    void failuresAreOfTheSdksTypes() {
        upstream.script(call -> call.reply("429 No", "application/json", "{\"error\":{\"message\":\"because\"}}"));
        RateLimitException limited = assertThrows(RateLimitException.class, () -> stream(request("chat/x")));
        assertEquals("rate_limit_exceeded", limited.code().orElseThrow());
        BadRequestException bad = assertThrows(BadRequestException.class, () -> stream(request("chat/x").n(2)));
        assertEquals("n", bad.param().orElseThrow());
        assertFalse(bad.code().isPresent());
        OpenAIServiceException unknown = assertThrows(NotFoundException.class,
                () -> client.chat().completions().create(request("nobody").build()));
        assertEquals("model_not_found", unknown.code().orElseThrow());
    }

    @Test
    void modelsAreListedOnce() {
        List<Model> models = client.models().list().autoPager().stream().toList();
        assertEquals(List.of("up/claude-real", "chat/gpt-real"), models.stream().map(Model::id).toList());
        models.forEach(Model::validate);
        assertEquals("up", client.models().retrieve("up/claude-real").validate().ownedBy());
    }
}
