package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RedactedThinkingBlock;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import dev.caravan.message.MessageJson;
import dev.caravan.message.StopReason;
import dev.caravan.message.Usage;
import dev.caravan.sse.SseFrames;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The events of messages, and the chunks that tell them, as on the wire. */
class ChunkEncoderTest {
    private static final long CREATED = 1_700_000_000;
    private static final String HEAD = "data: {\"id\":\"chatcmpl-01\",\"object\":\"chat.completion.chunk\","
            + "\"created\":1700000000,\"model\":\"m\",\"choices\":[";
    private static final String ROLE = chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null");
    private static final String DONE = "data: [DONE]\n\n";
    private static final MessageEvent START = new MessageStart("msg_01", "m", Usage.of(7, 1));

    private static String chunk(String delta, String finishReason) {
        return HEAD + "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finishReason
                + "}]}\n\n";
    }

    private static String content(String text) {
        return chunk("{\"content\":\"" + text + "\"}", "null");
    }

    private static MessageEvent end(StopReason reason) {
        return new MessageDelta(reason, null, new Usage(10, 4, 16, 9));
    }

    private static String encoded(boolean includeUsage, boolean functions, MessageEvent... events) {
        ChunkEncoder encoder = new ChunkEncoder(includeUsage, functions, CREATED);
        StringBuilder frames = new StringBuilder();
        for (int i = 0; i < events.length; i++) {
            SseFrames told = encoder.encode(events[i]);
            assertEquals(events[i] instanceof MessageStop, told.last());
            frames.append(new String(told.bytes(), UTF_8));
        }
        return frames.toString();
    }

    private static String encoded(MessageEvent... events) {
        return encoded(false, false, events);
    }

    /** The same events as an Anthropic upstream sends them. */
    private static MessageEvent[] raw(MessageEvent... events) {
        List<MessageEvent> raw = new ArrayList<>();
        for (MessageEvent event : events) {
            raw.add(raw(MessageJson.name(event), new String(MessageJson.data(event), UTF_8)));
        }
        return raw.toArray(MessageEvent[]::new);
    }

    private static RawEvent raw(String name, String data) {
        return new RawEvent(name, data.getBytes(UTF_8));
    }

    private static void assertEncoded(String expected, MessageEvent... events) {
        assertEquals(expected, encoded(events));
        StringBuilder frames = new StringBuilder();
        ChunkEncoder encoder = new ChunkEncoder(false, false, CREATED);
        for (MessageEvent event : raw(events)) {
            frames.append(new String(encoder.encode(event).bytes(), UTF_8));
        }
        assertEquals(expected, frames.toString(), "as raw events");
    }

    @Tag("case-3")
    @Test
    void theTierIsToldInEachChunk() {
        Usage usage = Usage.of(7, 1).servedBy("standard");
        String tier = "\"model\":\"m\",\"service_tier\":\"default\",";
        String told = encoded(true, false, new MessageStart("msg_01", "m", usage),
                new MessageDelta(StopReason.END_TURN, null, usage), new MessageStop());
        assertEquals(3, told.split(tier, -1).length - 1, told);
        String raw = encoded(new RawEvent("message_start",
                "{\"message\":{\"id\":\"msg_01\",\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"service_tier\":\"standard\"}}}"
                        .getBytes(UTF_8)));
        assertTrue(raw.contains(tier), raw);
    }

    @Tag("case-3")
    @Test
    void textAndReasoning() {
        assertEncoded(
                ROLE + chunk("{\"reasoning_content\":\"Hm\"}", "null") + content("Grüße, \\\"x\\\"\\n")
                        + content("\uD83D\uDE00") + chunk("{}", "\"stop\"") + DONE,
                START, new Ping(), new ContentBlockStart(0, new ThinkingBlock()),
                new ContentBlockDelta(0, new ThinkingDelta("Hm")), new ContentBlockDelta(0, new SignatureDelta("sig")),
                new ContentBlockStop(0), new ContentBlockStart(1, new RedactedThinkingBlock("xyz")),
                new ContentBlockStop(1), new ContentBlockStart(2, new TextBlock()),
                new ContentBlockDelta(2, new TextDelta("Grüße, \"x\"\n")), new ContentBlockDelta(2, new TextDelta("")),
                new ContentBlockDelta(2, new TextDelta("\uD83D\uDE00")), new ContentBlockStop(2),
                end(StopReason.END_TURN), new MessageStop());
    }

    @Tag("case-1")
    @Test
    void callsCountFromZeroWhereverTheirBlocksStand() {
        assertEncoded(ROLE + content("Let me see")
                + chunk("{\"tool_calls\":[{\"index\":0,\"id\":\"call_A\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"\"}}]}", "null")
                + chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]}", "null")
                + chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}", "null")
                + chunk("{\"tool_calls\":[{\"index\":1,\"id\":\"call_B\",\"type\":\"function\",\"function\":{\"name\":\"g\","
                        + "\"arguments\":\"\"}}]}", "null")
                + chunk("{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}", "null")
                + chunk("{}", "\"tool_calls\"") + DONE,
                START, new ContentBlockStart(0, new TextBlock()), new ContentBlockDelta(0, new TextDelta("Let me see")),
                new ContentBlockStop(0), new ContentBlockStart(1, new ToolUseBlock("call_A", "f")),
                new ContentBlockDelta(1, new InputJsonDelta("")),
                new ContentBlockDelta(1, new InputJsonDelta("{\"a\":")),
                new ContentBlockDelta(1, new InputJsonDelta("1}")), new ContentBlockStop(1),
                new ContentBlockStart(2, new ToolUseBlock("call_B", "g")),
                new ContentBlockDelta(2, new InputJsonDelta("")), new ContentBlockStop(2), end(StopReason.TOOL_USE),
                new MessageStop());
    }

    private static final MessageEvent[] CALL = {START, new ContentBlockStart(0, new ToolUseBlock("call_A", "f")),
            new ContentBlockDelta(0, new InputJsonDelta("{\"a\":1}")), new ContentBlockStop(0),
            end(StopReason.TOOL_USE), new MessageStop()};

    @Test
    void aFunctionOfOld() {
        assertEquals(ROLE + chunk("{\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}}", "null")
                + chunk("{\"function_call\":{\"arguments\":\"{\\\"a\\\":1}\"}}", "null")
                + chunk("{}", "\"function_call\"") + DONE, encoded(false, true, CALL));
    }

    @Test
    void twoFunctionsOfOldCannotBeTold() {
        ChunkEncoder encoder = new ChunkEncoder(false, true, CREATED);
        for (int i = 0; i < 4; i++) {
            encoder.encode(CALL[i]);
        }
        assertThrows(ApiException.class, () -> encoder.encode(CALL[1]));
    }

    @Tag("case-5")
    @Test
    void usageComesLastWhenItIsAskedFor() {
        String frames = encoded(true, false, START, end(StopReason.END_TURN), new MessageStop());
        assertEquals(ROLE.replace("}]}\n", "}],\"usage\":null}\n")
                + chunk("{}", "\"stop\"").replace("}]}\n", "}],\"usage\":null}\n") + HEAD
                + "],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":9,\"total_tokens\":39,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":16}}}\n\n" + DONE, frames);
    }

    @Test
    void whatWasReasoningIsToldWhereItIsKnown() {
        String frames = encoded(true, false, START,
                new MessageDelta(StopReason.END_TURN, null, new Usage(10, 4, 16, 9).withThinkingTokens(5)),
                new MessageStop());
        assertTrue(frames.contains("\"prompt_tokens_details\":{\"cached_tokens\":16},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":5}}}"), frames);
    }

    @Test
    void theUsageOfAnAnthropicUpstreamIsInTwoEvents() {
        String frames = encoded(true, false,
                raw("message_start",
                        "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\",\"model\":\"m\",\"usage\":{"
                                + "\"input_tokens\":12,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":null,"
                                + "\"output_tokens\":1}}}"),
                raw("message_delta",
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{"
                                + "\"output_tokens\":29,\"output_tokens_details\":{\"thinking_tokens\":20}}}"));
        assertTrue(frames.contains("\"finish_reason\":\"length\""), frames);
        ChunkEncoder encoder = new ChunkEncoder(true, false, CREATED);
        encoder.encode(raw("message_start", "{\"message\":{\"id\":\"x\",\"model\":\"m\",\"usage\":{\"input_tokens\":12,"
                + "\"cache_read_input_tokens\":3,\"output_tokens\":1}}}"));
        encoder.encode(raw("message_delta", "{\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":29,"
                + "\"output_tokens_details\":{\"thinking_tokens\":20}}}"));
        String last = new String(encoder.encode(raw("message_stop", "{\"type\":\"message_stop\"}")).bytes(), UTF_8);
        assertTrue(last.contains("\"id\":\"chatcmpl-x\""), last);
        assertTrue(last.contains("\"usage\":{\"prompt_tokens\":15,\"completion_tokens\":29,\"total_tokens\":44,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":3},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":20}}"), last);
    }

    @Test
    void aRefusalIsTold() {
        String frames = encoded(START, raw("message_delta", "{\"delta\":{\"stop_reason\":\"refusal\",\"stop_details\":{"
                + "\"type\":\"refusal\",\"explanation\":\"No.\"}},\"usage\":{}}"));
        assertEquals(ROLE + chunk("{\"refusal\":\"No.\"}", "null") + chunk("{}", "\"content_filter\""), frames);
    }

    @Tag("case-2")
    @ParameterizedTest
    @CsvSource({"END_TURN, stop", "STOP_SEQUENCE, stop", "PAUSE_TURN, stop", "MAX_TOKENS, length",
            "MODEL_CONTEXT_WINDOW_EXCEEDED, length", "TOOL_USE, tool_calls", "REFUSAL, content_filter"})
    void everyReasonHasACounterpart(StopReason reason, String finishReason) {
        assertEncoded(ROLE + chunk("{}", "\"" + finishReason + "\"") + DONE, START, end(reason), new MessageStop());
    }

    @Test
    void whatOnlyAnthropicHasIsLeftOut() {
        assertEquals(ROLE, encoded(START,
                raw("content_block_start",
                        "{\"index\":0,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"srv\",\"name\":\"s\"}}"),
                raw("content_block_delta",
                        "{\"index\":0,\"delta\":{\"type\":\"citations_delta\",\"citation\":{}}}"),
                raw("content_block_stop", "{\"index\":0}"), raw("something_new", "{\"type\":\"something_new\"}")));
    }

    @Test
    void theErrorOfAnAnthropicUpstreamIsAFailure() {
        ApiException failure = assertThrows(ApiException.class, () -> encoded(START, raw("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")));
        assertEquals(ErrorType.OVERLOADED_ERROR, failure.type());
        assertEquals("Overloaded", failure.getMessage());
    }

    @Test
    void aRefusedCredentialIsTheGateways() {
        ApiException failure = assertThrows(ApiException.class, () -> encoded(START, raw("error",
                "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key\"}}")));
        assertEquals(ErrorType.API_ERROR, failure.type());
        assertFalse(failure.getMessage().contains("x-api-key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "", "nonsense"})
    void anEventThatIsNoJsonIsAFailure(String data) {
        if (data.isEmpty()) {
            assertFalse(new ChunkEncoder(false, false, CREATED).encode(raw("ping", data)).last());
            return;
        }
        assertEquals(502, assertThrows(ApiException.class, () -> encoded(START, raw("ping", data))).status());
    }

    @Test
    void aMessageWithoutBeginningOrReasonIsAFailure() {
        assertThrows(ApiException.class, () -> encoded(end(StopReason.END_TURN)));
        assertThrows(ApiException.class, () -> encoded(new ContentBlockDelta(0, new TextDelta("x"))));
        assertThrows(ApiException.class, () -> encoded(START, new MessageStop()));
        assertThrows(ApiException.class,
                () -> encoded(START, raw("message_delta", "{\"delta\":{\"stop_reason\":null},\"usage\":{}}")));
    }

    /** The input of a tool that ran at Anthropic is nobody's arguments. */
    @Test
    void inputOfABlockThatIsNotTold() {
        String frames = encoded(START, new ContentBlockStart(0, new ToolUseBlock("call_A", "f")),
                new ContentBlockDelta(0, new InputJsonDelta("{\"a\":1}")), new ContentBlockStop(0),
                raw("content_block_start",
                        "{\"index\":1,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\","
                                + "\"name\":\"web_search\",\"input\":{}}}"),
                raw("content_block_delta",
                        "{\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}"),
                raw("content_block_stop", "{\"index\":1}"), end(StopReason.TOOL_USE), new MessageStop());
        assertEquals(1, frames.split("\"arguments\":\"\\{", -1).length - 1, frames);
    }
}
