package dev.caravan.message;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What providers do with the fragments of tool calls, and what clients get of it. */
class EventSequencerToolsTest {
    private final List<MessageEvent> events = new ArrayList<>();
    private final EventSequencer out = new EventSequencer(events::add);

    @Tag("case-1")
    @Test
    void aLateEmptyFragmentOfAClosedCallOpensNothing() {
        open();
        out.tool(0, "call_a", "a", "{}");
        out.tool(1, "call_b", "b", "{\"x\":1}");
        out.tool(0, "", "", "");
        out.tool(0, "call_a", "a", "{}");
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 stop
            1 tool_use call_b b
            1 +
            1 +{"x":1}
            1 stop""");
    }

    @Tag("case-1")
    @Test
    void aKeyThatWasEndedBeginsAnotherCall() {
        open();
        out.tool(0, "call_a", "a", "{\"x\":1}");
        out.endTool(0);
        out.tool(0, "call_b", "b", "{\"x\":2}");
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 +{"x":1}
            0 stop
            1 tool_use call_b b
            1 +
            1 +{"x":2}
            1 stop""");
    }

    @Tag("case-10")
    @Test
    void twoCallsUnderOneIdGetTwo() {
        open();
        out.tool(0, "call", "a", "{\"x\":1}");
        out.tool(1, "call", "a", "{\"x\":2}");
        out.tool(2, "call", "a", "{\"x\":3}");
        assertEvents("""
            0 tool_use call a
            0 +
            0 +{"x":1}
            0 stop
            1 tool_use call_2 a
            1 +
            1 +{"x":2}
            1 stop
            2 tool_use call_3 a
            2 +
            2 +{"x":3}
            2 stop""");
    }

    @Tag("case-1")
    @Test
    void argumentsThatAreRepeatedAreLeftOutAlsoInTheSameFragment() {
        open();
        out.tool(0, "call_a", "a", "{\"x\":");
        out.tool(0, "", "", "1}{\"x\":1}");
        out.tool(0, "", "", "{\"x\":1}");
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 +{"x":
            0 +1}
            0 stop""");
    }

    @Tag("case-20")
    @Test
    void anEmptyObjectBeforeTheArgumentsIsAPlaceholder() {
        open();
        out.tool(0, "call_a", "a", "{}");
        out.tool(0, "", "", " {\"x\":");
        out.tool(0, "", "", "1}");
        out.tool(1, "call_b", "b", "null");
        out.text("done");
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 + {"x":
            0 +1}
            0 stop
            1 tool_use call_b b
            1 +
            1 stop
            2 text
            2 +done
            2 stop""");
    }

    @Test
    void blanksAndEscapesInsideOfAStringAreCounted() {
        open();
        out.tool(0, "call_a", "a", "{\"x\":\"\\");
        out.tool(0, "", "", "\"");
        out.tool(0, "", "", " ");
        out.tool(0, "", "", "}\"");
        assertTrue(out.insideArguments());
        assertFalse(out.toolComplete(0));
        out.tool(0, "", "", "}");
        assertFalse(out.insideArguments());
        assertTrue(out.toolComplete(0));
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 +{"x":"\\
            0 +"
            0 +\s
            0 +}"
            0 +}
            0 stop""");
    }

    @Tag("case-20")
    @Test
    void aCallWithoutArgumentsIsNotCutOff() {
        open();
        out.tool(0, "call_a", "a", "");
        assertFalse(out.insideArguments());
        assertFalse(out.toolComplete(0));
        assertFalse(out.toolComplete(7));
        out.text("x");
        out.tool(0, "", "", "{\"y\":2}");
        assertTrue(out.toolComplete(0));
        assertEvents("""
            0 tool_use call_a a
            0 +
            0 +{"y":2}
            0 stop
            1 text
            1 +x
            1 stop""");
    }

    @Tag("case-21")
    @Test
    void aSurrogatePairThatWasCutIsJoined() {
        open();
        out.thinking("\ud83c");
        out.thinking("\udf89!");
        out.text("a\ud83c");
        out.text("\udf89\ud83c");
        out.tool(0, "call_a", "a", "{\"x\":\"\ud83c");
        out.tool(0, "", "", "\udf89\"}");
        assertEvents("""
            0 thinking
            0 +🎉!
            0 stop
            1 text
            1 +a
            1 +🎉
            1 +\uFFFD
            1 stop
            2 tool_use call_a a
            2 +
            2 +{"x":"
            2 +🎉"}
            2 stop""");
    }

    @Test
    void halfASurrogatePairInTheMidstOfATextIsReplaced() {
        assertEquals(
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\uFFFDb\uFFFD🎉\"}}",
                new String(MessageJson.data(new MessageEvent.ContentBlockDelta(0,
                        new MessageEvent.TextDelta("a\ud83cb\udf89\ud83c\udf89"))), StandardCharsets.UTF_8));
    }

    private void open() {
        out.start("msg_1", "m", Usage.of(1, 1));
    }

    private void assertEvents(String blocks) {
        out.finish(StopReason.TOOL_USE, null, Usage.of(1, 1));
        assertEquals("start\n" + blocks + "\nend tool_use in 1 created 0 read 0 out 1\nstop", EventText.of(events));
        EventGrammar.check(events);
    }

    /** However often an upstream repeats an id, a message must not take minutes. */
    @Tag("case-10")
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyCallsUnderOneId() {
        open();
        for (int i = 0; i < 100_000; i++) {
            out.tool(i, "call", "a", "{\"x\":1}");
        }
        out.finish(StopReason.TOOL_USE, null, Usage.NONE);
        assertTrue(EventText.of(events).contains("tool_use call_100000 a"));
    }
}
