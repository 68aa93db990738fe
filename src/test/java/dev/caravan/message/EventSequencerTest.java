package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Said;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of events, whatever the order in which a provider sends its pieces. */
class EventSequencerTest {
    private static final Usage USAGE = Usage.of(3, 7);

    private final List<MessageEvent> events = new ArrayList<>();
    private final EventSequencer sequencer = new EventSequencer(events::add);

    @BeforeEach
    void start() {
        sequencer.start("msg_1", "m", Usage.of(3, 1));
    }

    private List<Block> finish() {
        sequencer.finish(StopReason.END_TURN, null, USAGE);
        return EventGrammar.whole(events).blocks();
    }

    @Tag("case-1")
    @Test
    void parallelCallsWhoseFragmentsInterleave() {
        sequencer.tool(0, "call_A", "a", "");
        sequencer.tool(0, null, null, "{\"x\":");
        sequencer.tool(1, "call_B", "b", "");
        sequencer.tool(1, null, null, "{\"y\":");
        sequencer.tool(0, null, null, "1}");
        sequencer.tool(1, null, null, "2}");
        sequencer.finish(StopReason.TOOL_USE, null, USAGE);
        assertEquals(List.of(new MessageStart("msg_1", "m", Usage.of(3, 1)),
                new ContentBlockStart(0, new ToolUseBlock("call_A", "a")),
                new ContentBlockDelta(0, new InputJsonDelta("")),
                new ContentBlockDelta(0, new InputJsonDelta("{\"x\":")),
                new ContentBlockDelta(0, new InputJsonDelta("1}")), new ContentBlockStop(0),
                new ContentBlockStart(1, new ToolUseBlock("call_B", "b")),
                new ContentBlockDelta(1, new InputJsonDelta("")),
                new ContentBlockDelta(1, new InputJsonDelta("{\"y\":")),
                new ContentBlockDelta(1, new InputJsonDelta("2}")), new ContentBlockStop(1),
                new MessageDelta(StopReason.TOOL_USE, null, USAGE), new MessageStop()), events);
        assertTrue(sequencer.toolUsed());
    }

    @Tag("case-1")
    @Test
    void callsThatArriveWholeAndIndicesThatStartElsewhere() {
        sequencer.tool(3, "call_A", "a", "{\"x\":1}");
        sequencer.tool(1, "call_B", "b", "{\"y\":2}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}"), Block.tool("call_B", "b", "{\"y\":2}")),
                finish());
    }

    @Tag("case-1")
    @Test
    void textClosesWhenAToolStarts() {
        sequencer.text("Hi");
        sequencer.tool(0, "call_A", "a", "{\"x\":1}");
        sequencer.text("bye");
        assertEquals(List.of(Block.text("Hi"), Block.tool("call_A", "a", "{\"x\":1}"), Block.text("bye")), finish());
    }

    @Test
    void textComesOutAsItComesIn() {
        sequencer.text("H");
        assertEquals(
                List.of(new MessageStart("msg_1", "m", Usage.of(3, 1)), new ContentBlockStart(0, new TextBlock()),
                        new ContentBlockDelta(0, new TextDelta("H"))),
                events);
        sequencer.text("i");
        assertEquals(new ContentBlockDelta(0, new TextDelta("i")), events.getLast());
    }

    @Test
    void argumentsComeOutAsTheyComeIn() {
        sequencer.tool(0, "call_A", "a", "{\"x\"");
        assertEquals(new ContentBlockDelta(0, new InputJsonDelta("{\"x\"")), events.getLast());
    }

    @Tag("case-3")
    @Test
    void reasoningThenText() {
        sequencer.thinking("a");
        sequencer.thinking("b");
        sequencer.signature("sig");
        sequencer.text("x");
        sequencer.finish(StopReason.END_TURN, null, USAGE);
        assertEquals(
                List.of(new ContentBlockStart(0, new ThinkingBlock()), new ContentBlockDelta(0, new ThinkingDelta("a")),
                        new ContentBlockDelta(0, new ThinkingDelta("b")),
                        new ContentBlockDelta(0, new SignatureDelta("sig")), new ContentBlockStop(0),
                        new ContentBlockStart(1, new TextBlock()), new ContentBlockDelta(1, new TextDelta("x")),
                        new ContentBlockStop(1)),
                events.subList(1, events.size() - 2));
    }

    @Tag("case-3")
    @Test
    void textThenReasoningThenText() {
        sequencer.text("a");
        sequencer.thinking("b");
        sequencer.text("c");
        assertEquals(List.of(Block.text("a"), Block.thinking("b", ""), Block.text("c")), finish());
    }

    /** What is signed is complete: more reasoning is another block with a signature of its own. */
    @Test
    void aSignatureEndsItsBlock() {
        sequencer.thinking("a");
        sequencer.signature("sig a");
        sequencer.thinking("b");
        sequencer.thinking("c");
        sequencer.signature("sig bc");
        sequencer.redactedThinking("data");
        sequencer.signature("of nothing");
        sequencer.text("d");
        assertEquals(List.of(Block.thinking("a", "sig a"), Block.thinking("bc", "sig bc"), Block.redacted("data"),
                Block.text("d")), finish());
    }

    /** A seal stays where it was set, in a block of its own where there is no reasoning to end. */
    @Test
    void aSealEndsReasoningOrIsABlock() {
        sequencer.seal("caravan:1");
        sequencer.thinking("a");
        sequencer.signature("caravan:x");
        sequencer.seal("caravan:2");
        sequencer.signature("caravan:y");
        sequencer.thinking("b");
        sequencer.seal("caravan:3");
        sequencer.seal("caravan:4");
        sequencer.tool(0, "call_A", "a", "{\"x\":");
        sequencer.seal("caravan:5");
        sequencer.tool(0, null, null, "1}");
        assertEquals(List.of(Block.thinking("", "caravan:1"), Block.thinking("a", "caravan:2"),
                Block.thinking("b", "caravan:3"), Block.thinking("", "caravan:4"),
                Block.tool("call_A", "a", "{\"x\":1}"),
                Block.thinking("", "caravan:5")), finish());
    }

    @Tag("case-8")
    @Test
    void theFirstChunkHasEverything() {
        sequencer.text("Hi");
        assertEquals(List.of(Block.text("Hi")), finish());
    }

    @Tag("case-8")
    @Tag("case-20")
    @Test
    void emptyPiecesOpenNoBlock() {
        sequencer.text("");
        sequencer.thinking("");
        sequencer.signature("sig");
        sequencer.tool(0, "", "", "");
        sequencer.tool(1, null, null, null);
        sequencer.endTool(0);
        assertEquals(List.of(), finish());
        assertFalse(sequencer.toolUsed());
    }

    @Tag("case-20")
    @ParameterizedTest
    @ValueSource(strings = {"", "{}"})
    void aCallWithoutArguments(String arguments) {
        sequencer.tool(0, "call_A", "a", arguments);
        assertEquals(List.of(Block.tool("call_A", "a", "")), finish());
    }

    @Test
    void aPlaceholderMayBeFollowedByTheArgumentsOrByAnotherCall() {
        sequencer.tool(0, "call_A", "a", "{}");
        sequencer.tool(0, "call_A", "", "{\"x\":1}");
        sequencer.tool(1, "call_B", "b", "{}");
        sequencer.tool(1, "call_C", "b", "{}");
        sequencer.text("after");
        sequencer.tool(1, "call_C", "", "{\"y\":2}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}"), Block.tool("call_B", "b", ""),
                Block.tool("call_C", "b", ""), Block.text("after")), finish());
    }

    /** A minted signature says nothing of the text, so that more of it may follow in the same block. */
    @Test
    void aMintedSignatureDoesNotEndItsBlock() {
        sequencer.thinking("a");
        sequencer.signature("caravan:x");
        sequencer.thinking("b");
        sequencer.signature("caravan:x");
        assertEquals(List.of(Block.thinking("ab", "caravan:x")), finish());
    }

    @Test
    void aStrayClosingBracketBeforeTheArguments() {
        sequencer.tool(0, "call_A", "a", "}");
        sequencer.tool(0, null, null, "{\"x\":{}}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"_unparsed\":\"}{\\\"x\\\":{}}\"}")), finish());
    }

    @Test
    void whatFollowsACallWaitsOnlyUntilItsArgumentsAreComplete() {
        sequencer.tool(0, "call_A", "a", "{\"x\":[{\"}");
        sequencer.text("after");
        sequencer.tool(0, null, null, "\\\"]}\"}");
        assertFalse(events.contains(new ContentBlockDelta(1, new TextDelta("after"))));
        sequencer.tool(0, null, null, "]}");
        assertEquals(new ContentBlockDelta(1, new TextDelta("after")), events.getLast());
    }

    @Test
    void aCallThatItsProviderEnds() {
        sequencer.tool(0, "call_A", "a", "");
        sequencer.endTool(0);
        sequencer.text("after");
        assertEquals(new ContentBlockDelta(1, new TextDelta("after")), events.getLast());
        sequencer.tool(0, "call_A", "a", "{}");
        List<Block> blocks = finish();
        assertEquals("tool_use", blocks.get(2).type());
    }

    /** Qwen's servers send one more empty fragment after the call; it must not pass for a second, nameless call. */
    @Test
    void aFragmentAfterItsBlockHasClosed() {
        sequencer.tool(0, "call_A", "a", "{\"x\":1}");
        sequencer.tool(1, "call_B", "b", "{}");
        sequencer.tool(0, "", null, "");
        sequencer.tool(0, "call_A", "", " ");
        sequencer.tool(0, "call_A", "a", "{\"x\":1}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}"), Block.tool("call_B", "b", "")), finish());
    }

    @Test
    void argumentsRepeatedAtTheEnd() {
        sequencer.tool(0, "call_A", "a", "{\"x\":");
        sequencer.tool(0, null, null, "1}\n");
        sequencer.tool(0, "call_A", "a", "{\"x\":1}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}")), finish());
    }

    @Test
    void bracketsTooMany() {
        sequencer.tool(0, "call_A", "a", "{\"x\":1}}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}")), finish());
    }

    /** Some servers number every call of a message 0. */
    @Test
    void severalCallsUnderOneKey() {
        sequencer.tool(0, "call_A", "a", "{\"x\":1}");
        sequencer.tool(0, "call_B", "a", "{\"x\":2}");
        sequencer.tool(0, "call_C", "c", "");
        sequencer.tool(0, "call_D", "d", "");
        sequencer.tool(0, "call_D", "", "{}");
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":1}"), Block.tool("call_B", "a", "{\"x\":2}"),
                Block.tool("call_C", "c", ""), Block.tool("call_D", "d", "")), finish());
    }

    /** Others invent a new id for every fragment, or repeat the name in each. */
    @Test
    void oneCallWhoseFragmentsHaveIdsAndNames() {
        sequencer.tool(0, "call_1", "a", "");
        sequencer.tool(0, "call_2", "a", "{\"x\":");
        sequencer.tool(0, "call_3", null, "1}");
        sequencer.tool(0, "call_4", "", "");
        assertEquals(List.of(Block.tool("call_1", "a", "{\"x\":1}")), finish());
    }

    @Test
    void aNameThatComesLate() {
        sequencer.text("a");
        sequencer.tool(0, "call_A", "", "{\"x\":");
        sequencer.tool(0, "", "a", "");
        sequencer.tool(0, "", "", "1}");
        assertEquals(List.of(Block.text("a"), Block.tool("call_A", "a", "{\"x\":1}")), finish());
    }

    @Test
    void aCallThatNobodyNames() {
        sequencer.tool(0, "call_A", null, "{\"x\":1}");
        ApiException failure = assertThrows(ApiException.class, this::finish);
        assertEquals(502, failure.status());
        assertEquals("the model called a tool without naming it", failure.getMessage());
        EventGrammar.partial(events);
    }

    @Tag("case-10")
    @Test
    void idsAreMadeFitForTheApi() {
        sequencer.tool(0, "functions.Bash:0", "a", "{}");
        sequencer.tool(1, null, "b", "{}");
        sequencer.tool(2, "call_A", "c", "{}");
        sequencer.tool(3, "call_A", "d", "{}");
        sequencer.tool(4, "call_A", "e", "{}");
        List<String> ids = finish().stream().map(Block::id).toList();
        assertEquals(Ids.conformingToolUse("functions.Bash:0"), ids.get(0));
        assertTrue(ids.get(1).startsWith("toolu_"), ids.get(1));
        assertEquals(List.of("call_A", "call_A_2", "call_A_3"), ids.subList(2, 5));
    }

    /** A server that escapes characters may cut them in half: the halves are joined again. */
    @Test
    void halvesOfACharacter() {
        sequencer.text("a\uD83C");
        assertEquals(new ContentBlockDelta(0, new TextDelta("a")), events.getLast());
        sequencer.text("\uDF89b\uD83C");
        sequencer.thinking("\uD83C");
        sequencer.thinking("\uDF89");
        sequencer.tool(0, "call_A", "a", "{\"x\":\"\uD83C");
        sequencer.tool(0, "", "", "\uDF89\"}");
        sequencer.text("\uDF89\uD83C");
        assertEquals(List.of(Block.text("a\uD83C\uDF89b\uFFFD"), Block.thinking("\uD83C\uDF89", ""),
                Block.tool("call_A", "a", "{\"x\":\"\uD83C\uDF89\"}"), Block.text("\uFFFD\uFFFD")), finish());
    }

    /** What a client could not read is told as what it is; until it ends nobody knows that it is no object. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"x =|` 1`|{\"_unparsed\":\"x = 1\"}",
            "[1|]|{\"_unparsed\":\"[1]\"}", "\"{}|\"|{\"_unparsed\":\"\\\"{}\\\"\"}",
            "`see: `|{\"x\":1}|{\"_unparsed\":\"see: {\\\"x\\\":1}\"}", "nu|ll|``", "` `|` `|``",
            "` `|{\"x\":1}|` {\"x\":1}`"})
    void argumentsThatAreNoObject(String first, String second, String input) {
        sequencer.tool(0, "call_A", "a", first);
        sequencer.tool(0, null, null, second);
        sequencer.text("after");
        sequencer.endTool(0);
        assertEquals(List.of(Block.tool("call_A", "a", input), Block.text("after")), finish());
    }

    /** A client would run the tool with the half of its arguments. */
    @ParameterizedTest
    @EnumSource(names = {"TOOL_USE", "END_TURN"})
    void aCallThatEndsInTheMidst(StopReason reason) {
        sequencer.tool(0, "call_A", "a", "{\"x\":\"lon");
        sequencer.endTool(0);
        sequencer.text("after");
        ApiException failure = assertThrows(ApiException.class, () -> sequencer.finish(reason, null, USAGE));
        assertEquals(502, failure.status());
        assertEquals("the arguments of a tool call ended before they were complete", failure.getMessage());
        EventGrammar.checkCutOff(events);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{\"x\":1}|{\"x\":1}",
            "{\"x\":|{\"_unparsed\":\"{\\\"x\\\":\"}",
            "``|``", "{\"x\":1}{\"x\":1}|{\"x\":1}{\"x\":1}", "x|x", "{\"x\":1} so|{\"x\":1} so", "{}|{}",
            "{\"x\":1,}|{\"_unparsed\":\"{\\\"x\\\":1,}\"}", "{\"x\":tru}|{\"_unparsed\":\"{\\\"x\\\":tru}\"}",
            "[1]|{\"_unparsed\":\"[1]\"}"})
    void wholeArguments(String told, String given) {
        assertEquals(given, EventSequencer.wholeArguments(told));
    }

    @Test
    void aCallThatRanOutOfTokens() {
        sequencer.tool(0, "call_A", "a", "{\"x\":\"lon");
        sequencer.tool(1, "call_B", "b", "{\"y\"");
        sequencer.finish(StopReason.MAX_TOKENS, null, USAGE);
        Said said = EventGrammar.whole(events);
        assertEquals(List.of(Block.tool("call_A", "a", "{\"x\":\"lon"), Block.tool("call_B", "b", "{\"y\"")),
                said.blocks());
        assertEquals("max_tokens", said.stopReason());
    }

    @Test
    void aMessageBeginsOnceAndEndsOnce() {
        sequencer.start("msg_2", "other", Usage.NONE);
        sequencer.text("Hi");
        sequencer.finish(StopReason.STOP_SEQUENCE, "END", USAGE);
        assertTrue(sequencer.finished());
        sequencer.finish(StopReason.END_TURN, null, Usage.NONE);
        sequencer.text("late");
        sequencer.thinking("late");
        sequencer.signature("late");
        sequencer.redactedThinking("late");
        sequencer.tool(0, "late", "late", "{}");
        sequencer.endTool(0);
        Said said = EventGrammar.whole(events);
        assertEquals(List.of(Block.text("Hi")), said.blocks());
        assertEquals("msg_1", said.start().path("message").path("id").asText());
        assertEquals("stop_sequence", said.stopReason());
        assertEquals("END", said.stopSequence());
    }

    @Test
    void nothingComesBeforeTheStart() {
        EventSequencer unstarted = new EventSequencer(events::add);
        assertFalse(unstarted.started());
        events.clear();
        assertThrows(IllegalStateException.class, () -> unstarted.text("a"));
        assertThrows(IllegalStateException.class, () -> unstarted.tool(0, "a", "a", "a"));
        assertThrows(IllegalStateException.class, () -> unstarted.finish(StopReason.END_TURN, null, USAGE));
        assertEquals(List.of(), events);
    }
}
