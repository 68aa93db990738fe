package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.MessageEvent.RawEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A provider that does not stop talking: it ends in an error and not in a full memory. */
@Timeout(60)
class SizeLimitTest {
    private static final int LIMIT = 20_000;
    /** Enough to fill any limit here. */
    private static final int FOR_EVER = 100_000;
    private static final String HELD = "the provider sent more than 20000 bytes that wait for an earlier block to end";
    private static final String GATHERED = "the provider sent a message of more than 20000 bytes";

    private final List<MessageEvent> events = new ArrayList<>();
    private final EventSequencer out = new EventSequencer(events::add, LIMIT);
    private final MessageAccumulator message = new MessageAccumulator(LIMIT);
    private final EventSequencer gathering = new EventSequencer(message::add);

    private static void fails(String expected, Runnable saying) {
        ApiException failure = assertThrows(ApiException.class, () -> {
            for (int i = 0; i < FOR_EVER; i++) {
                saying.run();
            }
        });
        assertEquals(502, failure.status());
        assertEquals(ErrorType.API_ERROR, failure.type());
        assertEquals(expected, failure.getMessage());
    }

    private void beginACall() {
        out.start("msg_1", "m", Usage.NONE);
        out.tool(0, "call_a", "a", "{\"x\":\"");
    }

    @Test
    void fragmentsOfAnotherCall() {
        beginACall();
        out.tool(1, "call_b", "b", "{\"y\":\"");
        fails(HELD, () -> out.tool(1, null, null, "0123456789"));
    }

    @Test
    void textBehindACallThatDoesNotEnd() {
        beginACall();
        fails(HELD, () -> out.text("0123456789"));
    }

    @Test
    void callsBehindOneThatDoesNotEnd() {
        beginACall();
        int[] key = {1};
        fails(HELD, () -> out.tool(key[0]++, "", "f", "{}"));
    }

    @Test
    void reasoningAndItsSignaturesBehindACallThatDoesNotEnd() {
        beginACall();
        fails(HELD, () -> out.seal("0123456789"));
    }

    @Test
    void redactedReasoningBehindACallThatDoesNotEnd() {
        beginACall();
        fails(HELD, () -> out.redactedThinking("0123456789"));
    }

    @Test
    void argumentsOfACallWithoutAName() {
        out.start("msg_1", "m", Usage.NONE);
        out.tool(0, "call_a", "", "{\"x\":\"");
        fails(HELD, () -> out.tool(0, "", "", "0123456789"));
    }

    @Test
    void callsWithoutEnd() {
        out.start("msg_1", "m", Usage.NONE);
        int[] key = {0};
        fails(HELD, () -> {
            out.tool(key[0], "call_" + key[0], "f", "{\"x\":1}");
            out.endTool(key[0]++);
        });
    }

    @Test
    void whatIsToldAtOnceDoesNotCount() {
        out.start("msg_1", "m", Usage.NONE);
        for (int i = 0; i < FOR_EVER; i++) {
            out.thinking("0123456789");
            out.signature("caravan:openai");
            events.clear();
        }
        for (int i = 0; i < FOR_EVER; i++) {
            out.text("0123456789");
            events.clear();
        }
        for (int i = 0; i < FOR_EVER; i++) {
            out.tool(0, "call_a", "a", i == 0 ? "{\"x\":\"" : "0123456789");
            events.clear();
        }
        out.tool(0, "call_a", "a", "\"}");
        for (int i = 0; i < 200; i++) { // blocks that close are no longer held
            out.redactedThinking("x".repeat(LIMIT / 2));
            out.text("y");
            events.clear();
        }
        out.finish(StopReason.TOOL_USE, null, Usage.NONE);
        assertTrue(out.finished());
    }

    @Test
    void whatWaitedAndWasToldDoesNotCount() {
        out.start("msg_1", "m", Usage.NONE);
        for (int call = 0; call < 20; call++) {
            out.tool(call, "call_" + call, "f", "{\"x\":");
            out.text("0123456789".repeat(1_000));
            out.tool(call, null, null, "1}");
        }
        out.finish(StopReason.TOOL_USE, null, Usage.NONE);
        assertTrue(out.finished());
    }

    @Test
    void aMessageOfTextWithoutEnd() {
        gathering.start("msg_1", "m", Usage.NONE);
        fails(GATHERED, () -> gathering.text("0123456789"));
    }

    @Test
    void aMessageOfReasoningWithoutEnd() {
        gathering.start("msg_1", "m", Usage.NONE);
        fails(GATHERED, () -> gathering.thinking("0123456789"));
    }

    @Test
    void aMessageOfArgumentsWithoutEnd() {
        gathering.start("msg_1", "m", Usage.NONE);
        gathering.tool(0, "call_a", "a", "{\"x\":\"");
        fails(GATHERED, () -> gathering.tool(0, null, null, "0123456789"));
    }

    @Test
    void aMessageOfBlocksWithoutEnd() {
        gathering.start("msg_1", "m", Usage.NONE);
        fails(GATHERED, () -> gathering.redactedThinking("x"));
    }

    @Test
    void aMessageOfHugeBlocks() {
        gathering.start("msg_1", "m", Usage.NONE);
        int most = LIMIT / 1_000;
        ApiException failure = assertThrows(ApiException.class, () -> {
            for (int i = 0; i <= most + 1; i++) {
                gathering.redactedThinking("x".repeat(1_000));
            }
        });
        assertEquals(GATHERED, failure.getMessage());
    }

    private static RawEvent raw(String name, String json) {
        return new RawEvent(name, json.getBytes(StandardCharsets.UTF_8));
    }

    private void beginRaw() {
        message.add(raw("message_start", "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\"}}"));
    }

    @Test
    void anUpstreamsOwnMessageWithoutEnd() {
        beginRaw();
        message.add(raw("content_block_start",
                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"));
        String delta = "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hm\"}}";
        fails("the upstream sent a message of more than 20000 bytes",
                () -> message.add(raw("content_block_delta", delta)));
    }

    @Test
    void anUpstreamsOwnBlocksWithoutEnd() {
        beginRaw();
        int[] index = {0};
        fails("the upstream sent a message of more than 20000 bytes", () -> message.add(raw("content_block_start",
                "{\"index\":" + index[0]++ + ",\"content_block\":{}}")));
    }

    @Test
    void anUpstreamsOwnPingsAreNotKept() {
        beginRaw();
        for (int i = 0; i < FOR_EVER; i++) {
            message.add(raw("ping", "{\"type\": \"ping\"}"));
        }
        message.add(raw("message_stop", "{\"type\":\"message_stop\"}"));
        assertTrue(message.complete());
    }
}
