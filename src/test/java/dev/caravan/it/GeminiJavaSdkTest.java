package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Anthropic's Java SDK in front, Gemini's API behind: a loop of tool calls whose thought signatures must come back. */
class GeminiJavaSdkTest extends GatewayTest {
    private static final String CALLS = "[{\"functionCall\":{\"name\":\"get_weather\",\"args\":{\"city\":\"Köln\"}},"
            + "\"thoughtSignature\":\"EpEg+/==\"},{\"functionCall\":{\"name\":\"get_time\",\"args\":{\"zone\":\"CET\"}}}]";

    private AnthropicClient client;

    @Override
    protected String config() {
        return """
            providers:
              google: { dialect: gemini, base-url: "%s", api-key: upstream-key-0123456789 }
            models:
              - { match: "*", to: "google/gemini-3-flash" }
            """;
    }

    @BeforeAll
    void connect() {
        client = JavaSdk.client(gateway, "any");
    }

    @AfterAll
    void disconnect() {
        client.close();
    }

    private static ContentBlockParam result(ToolUseBlock call, String text) {
        return ContentBlockParam
                .ofToolResult(ToolResultBlockParam.builder().toolUseId(call.id()).content(text).build());
    }

    @Test
    void streaming() throws IOException {
        upstream.script(
                call -> call.streamHead().chunk(GeminiWire.parts("[{\"text\":\"Let me see.\",\"thought\":true}]"))
                        .chunk(GeminiWire.text("I look.")).chunk(GeminiWire.parts(CALLS)).chunk(GeminiWire.end("STOP"))
                        .lastChunk());
        loop(request -> JavaSdk.stream(client, request), "I look.");
    }

    @Test
    void notStreaming() throws IOException {
        upstream.script(call -> call.json(GeminiWire.reply(CALLS, "STOP")));
        loop(request -> client.messages().create(request), "");
    }

    /** How the SDK asks. */
    private interface Asking {
        Message ask(MessageCreateParams request);
    }

    private void loop(Asking sdk, String said) throws IOException {
        MessageCreateParams.Builder request = JavaSdk.request("any").addTool(JavaSdk.tool("get_weather", "city"))
                .addTool(JavaSdk.tool("get_time", "zone"));
        Message calls = sdk.ask(request.build());
        assertEquals(StopReason.TOOL_USE, calls.stopReason().orElseThrow());
        assertTrue(calls.isValid(), calls::toString);
        assertEquals(said, JavaSdk.text(calls));
        List<ToolUseBlock> uses = calls.content().stream().flatMap(block -> block.toolUse().stream()).toList();
        assertEquals(List.of("get_weather", "get_time"), uses.stream().map(ToolUseBlock::name).toList());

        upstream.reset();
        upstream.script(call -> call.json(GeminiWire.reply("[{\"text\":\"" + Wire.ANSWER + "\"}]", "STOP")));
        Message answer = sdk.ask(request.addMessage(calls)
                .addUserMessageOfContentBlockParams(List.of(result(uses.get(1), "noon"), result(uses.get(0), "rain")))
                .build());
        assertEquals(Wire.ANSWER, JavaSdk.text(answer));
        JsonNode contents = new ObjectMapper().readTree(upstream.call().request().body()).path("contents");
        assertEquals(List.of("user", "model", "user"), contents.findValuesAsText("role"));
        List<JsonNode> called = contents.get(1).findParents("functionCall");
        assertEquals("EpEg+/==", called.get(0).path("thoughtSignature").asText());
        assertTrue(called.get(1).path("thoughtSignature").isMissingNode());
        assertEquals("Köln", called.get(0).path("functionCall").path("args").path("city").asText());
        List<JsonNode> answers = contents.get(2).findValues("functionResponse");
        assertEquals(List.of("get_weather", "get_time"),
                answers.stream().map(node -> node.path("name").asText()).toList());
        assertEquals("rain", answers.getFirst().path("response").path("output").asText());
        assertEquals(uses.getFirst().id(), answers.getFirst().path("id").asText());
    }
}
