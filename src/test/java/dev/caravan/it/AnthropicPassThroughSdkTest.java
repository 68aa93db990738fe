package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's Java SDK, which speaks version 2026-10-21, in front of an Anthropic upstream whose replies are passed through. */
class AnthropicPassThroughSdkTest extends GatewayTest {
    private static final String SIGNATURE = "EqQBCgIYAhIM+/==";
    private static final String REDACTED = "Zm9v+/==";

    private AnthropicClient client;

    @BeforeAll
    void connect() {
        client = JavaSdk.client(gateway, "any");
    }

    @AfterAll
    void disconnect() {
        client.close();
    }

    private void streams(String... events) {
        String blocks = String.join("", events);
        String stream = Wire.frame("message_start", Wire.MESSAGE_START) + blocks
                + Wire.frame("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\","
                        + "\"stop_sequence\":null,\"container\":null},\"usage\":{\"output_tokens\":29,\"cache_creation_input_tokens\":5}}")
                + Wire.frame("message_stop", Wire.MESSAGE_STOP);
        upstream.script(call -> call.streamHead().chunk(stream).lastChunk());
    }

    private static String start(int index, String block) {
        return Wire.frame("content_block_start",
                "{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + " }");
    }

    private static String delta(int index, String delta) {
        return Wire.frame("content_block_delta",
                "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":" + delta + "}");
    }

    private static String stop(int index) {
        return Wire.frame("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + index + "}");
    }

    @Tag("case-4")
    @Test
    void case4ThinkingAndRedactedThinkingOverTwoTurns() {
        streams(start(0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                delta(0, "{\"type\":\"thinking_delta\",\"thinking\":\"Let me\"}"),
                delta(0, "{\"type\":\"thinking_delta\",\"thinking\":\" see\"}"),
                delta(0, "{\"type\":\"signature_delta\",\"signature\":\"" + SIGNATURE + "\"}"), stop(0),
                start(1, "{\"type\":\"redacted_thinking\",\"data\":\"" + REDACTED + "\"}"), stop(1),
                start(2, "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"get_weather\",\"input\":{},\"caller\":{\"type\":\"direct\"}}"),
                delta(2, "{\"type\":\"input_json_delta\",\"partial_json\":\"\"}"),
                delta(2, "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\\\"Köln\\\"}\"}"), stop(2));
        MessageCreateParams.Builder request = JavaSdk.request("claude-x").addTool(JavaSdk.tool("get_weather", "city"));
        Message first = JavaSdk.stream(client, request.build());
        assertEquals("Let me see", first.content().get(0).asThinking().thinking());
        assertEquals(SIGNATURE, first.content().get(0).asThinking().signature());
        assertEquals(REDACTED, first.content().get(1).asRedactedThinking().data());
        assertEquals("toolu_1", first.content().get(2).asToolUse().id());
        assertEquals(StopReason.TOOL_USE, first.stopReason().orElseThrow());
        assertEquals("2026-10-21", upstream.call().request().header("anthropic-version"));

        upstream.reset();
        request.addMessage(first).addUserMessageOfContentBlockParams(List.of(ContentBlockParam
                .ofToolResult(ToolResultBlockParam.builder().toolUseId("toolu_1").content("rain").build())));
        JavaSdk.stream(client, request.build());
        String second = upstream.call().request().text();
        assertTrue(second.contains("\"signature\":\"" + SIGNATURE + "\""), second);
        assertTrue(second.contains("\"data\":\"" + REDACTED + "\""), second);
        assertTrue(second.contains("\"tool_use_id\":\"toolu_1\""), second);
    }

    @Tag("case-4")
    @Test
    void case4ReasoningOfAnotherProviderIsLeftOutOfTheNextTurn() {
        streams(start(0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                delta(0, "{\"type\":\"thinking_delta\",\"thinking\":\"from elsewhere\"}"),
                delta(0, "{\"type\":\"signature_delta\",\"signature\":\"caravan:openai\"}"), stop(0),
                start(1, "{\"type\":\"text\",\"text\":\"\"}"), delta(1, "{\"type\":\"text_delta\",\"text\":\"So.\"}"),
                stop(1));
        MessageCreateParams.Builder request = JavaSdk.request("claude-x");
        Message first = JavaSdk.stream(client, request.build());
        upstream.reset();
        JavaSdk.stream(client, request.addMessage(first).addUserMessage("go on").build());
        String second = upstream.call().request().text();
        assertFalse(second.contains("from elsewhere") || second.contains("caravan:"), second);
        assertTrue(second.contains("So."), second);
    }

    @Tag("case-19")
    @Test
    void case19ServerToolsCitationsAndCacheUsage() {
        streams(start(0,
                "{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{},\"caller\":{\"type\":\"direct\"}}"),
                delta(0, "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"query\\\":\\\"q\\\"}\"}"), stop(0),
                start(1, "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srvtoolu_1\",\"caller\":{\"type\":\"direct\"},"
                        + "\"content\":[{\"type\":\"web_search_result\",\"encrypted_content\":\"Eo8=\",\"title\":\"t\",\"url\":\"u\",\"page_age\":null}]}"),
                stop(1), start(2, "{\"citations\":[],\"type\":\"text\",\"text\":\"\"}"),
                delta(2, "{\"type\":\"citations_delta\",\"citation\":{\"type\":\"web_search_result_location\",\"cited_text\":\"c\","
                        + "\"encrypted_index\":\"E==\",\"title\":\"t\",\"url\":\"u\"}}"),
                delta(2, "{\"type\":\"text_delta\",\"text\":\"so\"}"), stop(2));
        Message message = JavaSdk.stream(client, JavaSdk.request("claude-x").build());
        assertEquals("srvtoolu_1", message.content().get(0).asServerToolUse().id());
        assertEquals("srvtoolu_1", message.content().get(1).asWebSearchToolResult().toolUseId());
        assertEquals("E==", message.content().get(2).asText().citations().orElseThrow().getFirst()
                .asWebSearchResultLocation().encryptedIndex());
        assertEquals(12, message.usage().inputTokens());
        assertEquals(3, message.usage().cacheReadInputTokens().orElseThrow());
        assertEquals(29, message.usage().outputTokens());
    }

    /** Case 15: the SDK asks for a stream, the upstream answers with all of it at once; and the other way round. */
    @Tag("case-15")
    @ParameterizedTest(name = "case 15: the upstream streams: {0}")
    @ValueSource(booleans = {true, false})
    void whicheverWayTheUpstreamAnswers(boolean streams) {
        upstream.script(call -> {
            if (streams) {
                call.streamHead().chunk(Wire.stream()).lastChunk();
            } else {
                call.json(
                        "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-up\",\"content\":["
                                + "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"" + SIGNATURE + "\"},"
                                + "{\"type\":\"text\",\"text\":\"" + Wire.ANSWER
                                + "\",\"citations\":null}],\"stop_reason\":\"end_turn\","
                                + "\"stop_sequence\":null,\"stop_details\":null,\"container\":null,\"usage\":{\"input_tokens\":12,\"output_tokens\":29}}");
            }
        });
        MessageCreateParams request = JavaSdk.request("claude-x").build();
        Message message = streams ? client.messages().create(request) : JavaSdk.stream(client, request);
        assertEquals(Wire.ANSWER, JavaSdk.text(message));
        assertEquals(29, message.usage().outputTokens());
        assertEquals(StopReason.END_TURN, message.stopReason().orElseThrow());
        if (!streams) {
            assertEquals(SIGNATURE, message.content().getFirst().asThinking().signature());
        }
    }

    @ParameterizedTest(name = "2026-10-21 refuses {0}")
    @ValueSource(strings = {"temperature", "top_p", "top_k"})
    void samplingParametersAreRefusedInTheNewVersion(String parameter) {
        BadRequestException failure = assertThrows(BadRequestException.class, () -> client.messages().create(
                JavaSdk.request("claude-x").putAdditionalBodyProperty(parameter, JsonValue.from(1)).build()));
        assertTrue(failure.getMessage().contains(parameter + ": is not supported by anthropic-version 2026-10-21"),
                failure.getMessage());
        assertEquals(List.of(), upstream.calls());
    }

    @ParameterizedTest(name = "2026-10-21 refuses {0}")
    @ValueSource(strings = {"assistant", "user"})
    void documentsAndCitationsAreRefusedWhereTheNewVersionDoes(String role) {
        Map<String, Object> block = role.equals("assistant")
                ? Map.of("type", "document", "source", Map.of("type", "text", "media_type", "text/plain", "data", "d"))
                : Map.of("type", "text", "text", "t", "citations", List.of(Map.of("type", "char_location")));
        BadRequestException failure = assertThrows(BadRequestException.class, () -> client.messages().create(
                JavaSdk.request("claude-x").putAdditionalBodyProperty("messages",
                        JsonValue.from(List.of(Map.of("role", role, "content", List.of(block))))).build()));
        assertTrue(failure.getMessage().contains("messages.0.content.0"), failure.getMessage());
        assertEquals(List.of(), upstream.calls());
    }

    @Tag("case-7")
    @Test
    void case7AnErrorBeforeTheMessageIsAnErrorOfItsStatus() {
        upstream.script(call -> call.streamHead().chunk(Wire.frame("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"))
                .lastChunk());
        assertThrows(OverloadedException.class, () -> JavaSdk.stream(client, JavaSdk.request("claude-x").build()));
    }
}
