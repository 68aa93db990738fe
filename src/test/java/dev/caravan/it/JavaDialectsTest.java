package dev.caravan.it;

import static dev.caravan.it.DialectFixture.CALLS;
import static dev.caravan.it.DialectFixture.INPUT;
import static dev.caravan.it.DialectFixture.OUTPUT;
import static dev.caravan.it.DialectFixture.TEXT;
import static dev.caravan.it.DialectFixture.THINKING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Anthropic's and OpenAI's Java SDKs in front of the gateway, each at its own door; behind it a provider of each dialect. The results
 * of the two tools go back in the other order than they were called in, as they do when the second is ready first.
 */
class JavaDialectsTest extends GatewayTest {
    private static final String KEY = "the-clients-own-key";
    private static final String DIALECTS = "dev.caravan.it.DialectFixture#each";

    private AnthropicClient anthropic;
    private OpenAIClient openAi;

    @Override
    protected String config() {
        return DialectFixture.config(KEY);
    }

    @Override
    protected List<String> secrets() {
        return List.of(Wire.PROMPT, Wire.ANSWER, Wire.UPSTREAM_KEY, KEY);
    }

    @BeforeAll
    void connect() {
        anthropic = JavaSdk.client(gateway, KEY);
        openAi = OpenAIOkHttpClient.builder().baseUrl(gateway.uri("/v1").toString()).apiKey(KEY).maxRetries(0)
                .timeout(Duration.ofSeconds(60)).responseValidation(true).build();
    }

    @AfterAll
    void disconnect() {
        anthropic.close();
        openAi.close();
    }

    @BeforeEach
    void script() {
        upstream.script(new ModelScript());
    }

    private static String conclusion() {
        return ModelScript.conclusion("what Bash returned", Wire.ANSWER);
    }

    /** The provider got the calls back as its model made them, each with its result. */
    private void assertLooped(DialectFixture dialect) {
        ToolTurn turn = dialect.turn(Json.read(upstream.calls().getLast().request().text()));
        assertEquals(CALLS, turn.calls());
        assertEquals(List.of("what Bash returned", Wire.ANSWER), turn.outputs());
    }

    // -- Anthropic's -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void anthropicsAccumulator(DialectFixture dialect) {
        loop(dialect, request -> JavaSdk.stream(anthropic, request));
    }

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void anthropicsWholeMessages(DialectFixture dialect) {
        loop(dialect, request -> anthropic.messages().create(request));
    }

    private void loop(DialectFixture dialect, Function<MessageCreateParams, Message> sdk) {
        MessageCreateParams.Builder request = JavaSdk.request(dialect.model()).maxTokens(2048).enabledThinking(1024)
                .addTool(JavaSdk.tool("Bash", "command")).addTool(JavaSdk.tool("Read", "file_path"));
        Message calls = sdk.apply(request.build());
        assertTrue(calls.isValid(), calls::toString);
        List<ContentBlock> content = calls.content().stream().filter(block -> !isBare(block)).toList();
        assertEquals(4, content.size(), calls::toString);
        assertEquals(THINKING, content.getFirst().asThinking().thinking());
        assertFalse(content.getFirst().asThinking().signature().isEmpty());
        assertEquals(TEXT, content.get(1).asText().text());
        ToolUseBlock bash = content.get(2).asToolUse();
        ToolUseBlock read = content.get(3).asToolUse();
        assertEquals(List.of("Bash", "Read"), List.of(bash.name(), read.name()));
        assertEquals(com.anthropic.core.JsonValue.from(Map.of("command", "echo first")), bash._input());
        assertEquals(com.anthropic.core.JsonValue.from(Map.of("file_path", "note.txt")), read._input());
        assertEquals(StopReason.TOOL_USE, calls.stopReason().orElseThrow());
        assertEquals(INPUT, calls.usage().inputTokens() + calls.usage().cacheReadInputTokens().orElse(0L));
        assertEquals(OUTPUT, calls.usage().outputTokens());

        Message answer = sdk.apply(request.addMessage(calls).addUserMessageOfContentBlockParams(
                List.of(result(read, Wire.ANSWER), result(bash, "what Bash returned"))).build());
        assertEquals(conclusion(), JavaSdk.text(answer));
        assertEquals(StopReason.END_TURN, answer.stopReason().orElseThrow());
        assertLooped(dialect);
        String second = upstream.calls().getLast().request().text();
        assertTrue(second.contains(dialect.thinkingBack()), second);
    }

    /** A block of thinking that has nothing but a signature: in one, the signature of a call of Gemini's travels to the client and back. */
    private static boolean isBare(ContentBlock block) {
        return block.isThinking() && block.asThinking().thinking().isEmpty();
    }

    private static ContentBlockParam result(ToolUseBlock call, String text) {
        return ContentBlockParam
                .ofToolResult(ToolResultBlockParam.builder().toolUseId(call.id()).content(text).build());
    }

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void whatAnthropicsSdkThrows(DialectFixture dialect) {
        SseException failed = assertThrows(SseException.class, () -> stream(dialect, ModelScript.FAIL));
        assertEquals(dialect.failureType(), failed.type().orElseThrow().asString());
        assertTrue(failed.apiMessage().orElseThrow().contains(DialectFixture.FAILURE), failed::toString);
        RateLimitException refused = assertThrows(RateLimitException.class, () -> stream(dialect, ModelScript.REFUSE));
        assertTrue(refused.apiMessage().orElseThrow().contains(DialectFixture.REFUSAL), refused::toString);
        SseException cut = assertThrows(SseException.class, () -> stream(dialect, ModelScript.CUT));
        assertEquals("api_error", cut.type().orElseThrow().asString());
    }

    private void stream(DialectFixture dialect, String word) {
        JavaSdk.stream(anthropic, JavaSdk.request(dialect.model()).addUserMessage(word).build());
    }

    // -- OpenAI's --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void openAisAccumulator(DialectFixture dialect) {
        chat(dialect, this::accumulated);
    }

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void openAisWholeCompletions(DialectFixture dialect) {
        chat(dialect, request -> openAi.chat().completions().create(request.build()).validate());
    }

    private void chat(DialectFixture dialect, Function<ChatCompletionCreateParams.Builder, ChatCompletion> sdk) {
        ChatCompletionCreateParams.Builder request = ChatCompletionCreateParams.builder().model(dialect.model())
                .addUserMessage(Wire.PROMPT).addTool(tool("Bash", "command")).addTool(tool("Read", "file_path"));
        ChatCompletion completion = sdk.apply(request);
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
        assertEquals(TEXT, choice.message().content().orElseThrow());
        List<ChatCompletionMessageFunctionToolCall> calls = choice.message().toolCalls().orElseThrow().stream()
                .map(ChatCompletionMessageToolCall::asFunction).toList();
        assertEquals(CALLS, calls.stream()
                .map(call -> call.function().name() + " " + Json.read(call.function().arguments())).toList());
        assertEquals(INPUT, completion.usage().orElseThrow().promptTokens());
        assertEquals(OUTPUT, completion.usage().orElseThrow().completionTokens());

        request.addMessage(choice.message()).addMessage(result(calls.getLast(), Wire.ANSWER))
                .addMessage(result(calls.getFirst(), "what Bash returned"));
        ChatCompletion.Choice answer = sdk.apply(request).choices().getFirst();
        assertEquals(conclusion(), answer.message().content().orElseThrow());
        assertEquals(ChatCompletion.Choice.FinishReason.STOP, answer.finishReason());
        assertLooped(dialect);
    }

    private ChatCompletion accumulated(ChatCompletionCreateParams.Builder request) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        ChatCompletionStreamOptions usage = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        try (StreamResponse<ChatCompletionChunk> chunks = openAi.chat().completions()
                .createStreaming(request.streamOptions(usage).build())) {
            chunks.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
        }
        return accumulator.chatCompletion();
    }

    private static ChatCompletionFunctionTool tool(String name, String argument) {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder().name(name)
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties",
                                        JsonValue.from(Map.of(argument, Map.of("type", "string"))))
                                .build())
                        .build())
                .build();
    }

    private static ChatCompletionToolMessageParam result(ChatCompletionMessageFunctionToolCall call, String text) {
        return ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content(text).build();
    }

    @ParameterizedTest
    @MethodSource(DIALECTS)
    void whatOpenAisSdkThrows(DialectFixture dialect) {
        com.openai.errors.SseException failed = assertThrows(com.openai.errors.SseException.class,
                () -> complete(dialect, ModelScript.FAIL));
        assertEquals("server_error", failed.type().orElseThrow());
        assertTrue(failed.getMessage().contains(DialectFixture.FAILURE), failed::toString);
        com.openai.errors.RateLimitException refused = assertThrows(com.openai.errors.RateLimitException.class,
                () -> complete(dialect, ModelScript.REFUSE));
        assertEquals("rate_limit_exceeded", refused.code().orElseThrow());
        assertTrue(refused.getMessage().contains(DialectFixture.REFUSAL), refused::toString);
        com.openai.errors.SseException cut = assertThrows(com.openai.errors.SseException.class,
                () -> complete(dialect, ModelScript.CUT));
        assertEquals("server_error", cut.type().orElseThrow());
    }

    private void complete(DialectFixture dialect, String word) {
        accumulated(ChatCompletionCreateParams.builder().model(dialect.model()).addUserMessage(Wire.PROMPT)
                .addUserMessage(word));
    }
}
