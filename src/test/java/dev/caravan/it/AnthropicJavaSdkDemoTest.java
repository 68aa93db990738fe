package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Anthropic's Java SDK talks to the gateway that the project's own caravan.yaml makes: a model process a request. */
@Timeout(120)
class AnthropicJavaSdkDemoTest {
    private static final int FEW = 8;

    private static GatewayUnderTest gateway;
    private static AnthropicClient client;

    @BeforeAll
    static void start() throws IOException {
        gateway = GatewayUnderTest.start(Files.readString(Path.of("caravan.yaml")));
        client = JavaSdk.client(gateway, "any");
    }

    @AfterAll
    static void stop() {
        client.close();
        gateway.close();
    }

    private static MessageCreateParams.Builder question(String text) {
        return MessageCreateParams.builder().model("claude-sonnet-4-5").maxTokens(FEW).addUserMessage(text);
    }

    @Test
    void aStreamAndAWholeReplyAreTheSameMessage() {
        MessageCreateParams request = question("Tell me of Alice").build();
        Message streamed = JavaSdk.stream(client, request);
        Message whole = client.messages().create(request);
        assertFalse(JavaSdk.text(whole).isBlank());
        assertEquals(JavaSdk.text(whole), JavaSdk.text(streamed));
        for (Message message : List.of(streamed, whole)) {
            assertEquals(StopReason.MAX_TOKENS, message.stopReason().orElseThrow());
            assertEquals(FEW, message.usage().outputTokens());
            assertTrue(message.usage().inputTokens() > 0);
            assertEquals("claude-sonnet-4-5", message.model().asString());
        }
    }

    @Test
    void aToolLoop() {
        MessageCreateParams request = question("Please use the tool get_weather").maxTokens(60)
                .addTool(JavaSdk.tool("get_weather", "city")).build();
        Message call = JavaSdk.stream(client, request);
        assertEquals(StopReason.TOOL_USE, call.stopReason().orElseThrow());
        ToolUseBlock tool = call.content().getLast().asToolUse();
        assertEquals("get_weather", tool.name());
        Message answer = JavaSdk.stream(client, request.toBuilder().maxTokens(FEW).addMessage(call)
                .addUserMessageOfContentBlockParams(List.of(ContentBlockParam.ofToolResult(
                        ToolResultBlockParam.builder().toolUseId(tool.id()).content("sunny").build())))
                .build());
        assertFalse(JavaSdk.text(answer).isBlank());
    }

    @Test
    void tokensAreCounted() {
        MessageCountTokensParams.Builder request = MessageCountTokensParams.builder().model("claude-sonnet-4-5")
                .addUserMessage("One two three");
        long few = client.messages().countTokens(request.build()).inputTokens();
        long more = client.messages().countTokens(request.system("Four five six seven eight").build()).inputTokens();
        assertTrue(few >= 3 && more >= few + 5, few + " and " + more);
    }
}
