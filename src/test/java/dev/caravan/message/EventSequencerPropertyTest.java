package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.EventGrammar.Block;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every order of every piece. */
class EventSequencerPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A tool call in the fragments in which its provider sends it. */
    record Call(int key, List<String> fragments) {
        String whole() {
            return String.join("", fragments);
        }
    }

    /** Something a provider says. */
    sealed interface Piece {
        record Said(String text) implements Piece {}

        record Thought(String thinking) implements Piece {}

        record Signed(String signature) implements Piece {}

        record Redacted(String data) implements Piece {}

        record Called(int key, String id, String name, String arguments) implements Piece {}

        record Ended(int key) implements Piece {}

        default void tell(EventSequencer sequencer) {
            switch (this) {
                case Said said -> sequencer.text(said.text);
                case Thought thought -> sequencer.thinking(thought.thinking);
                case Signed signed -> sequencer.signature(signed.signature);
                case Redacted redacted -> sequencer.redactedThinking(redacted.data);
                case Called called -> sequencer.tool(called.key, called.id, called.name, called.arguments);
                case Ended ended -> sequencer.endTool(ended.key);
            }
        }
    }

    /** The fragments of parallel calls and of the text between them, shuffled in any way that keeps each one's own order. */
    @Property(tries = 1_000)
    void noFragmentIsLostWhateverTheInterleaving(@ForAll("calls") List<Call> calls, @ForAll("texts") List<String> texts,
            @ForAll Random random) {
        List<Deque<Runnable>> sources = new ArrayList<>();
        List<MessageEvent> events = new ArrayList<>();
        EventSequencer sequencer = new EventSequencer(events::add);
        sequencer.start("msg_1", "m", Usage.NONE);
        for (Call call : calls) {
            Deque<Runnable> source = new ArrayDeque<>();
            source.add(() -> sequencer.tool(call.key, "call_" + call.key, "tool" + call.key, ""));
            call.fragments.forEach(fragment -> source.add(() -> sequencer.tool(call.key, null, null, fragment)));
            sources.add(source);
        }
        Deque<Runnable> spoken = new ArrayDeque<>();
        texts.forEach(text -> spoken.add(() -> sequencer.text(text)));
        sources.add(spoken);
        while (!sources.isEmpty()) {
            int next = random.nextInt(sources.size());
            if (sources.get(next).isEmpty()) {
                sources.remove(next);
            } else {
                sources.get(next).remove().run();
            }
        }
        sequencer.finish(StopReason.END_TURN, null, Usage.NONE);

        Map<String, String> inputs = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        for (Block block : EventGrammar.whole(events).blocks()) {
            if (block.type().equals("text")) {
                text.append(block.content());
            } else {
                inputs.put(block.id() + block.name(), block.content());
            }
        }
        assertEquals(String.join("", texts), text.toString());
        Map<String, String> expected = new LinkedHashMap<>();
        calls.forEach(call -> expected.put("call_" + call.key + "tool" + call.key, call.whole()));
        assertEquals(expected.keySet(), inputs.keySet());
        expected.forEach((call, input) -> assertEquals(input, inputs.get(call)));
    }

    /** Whatever a provider says in whatever order, the events keep the grammar; and every word of text comes out in order. */
    @Property(tries = 2_000)
    void anySequenceKeepsTheGrammar(@ForAll("pieces") List<Piece> pieces) {
        List<MessageEvent> events = new ArrayList<>();
        EventSequencer sequencer = new EventSequencer(events::add);
        sequencer.start("msg_1", "m", Usage.NONE);
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        int redacted = 0;
        try {
            for (Piece piece : pieces) {
                piece.tell(sequencer);
                switch (piece) {
                    case Piece.Said said -> text.append(said.text);
                    case Piece.Thought thought -> thinking.append(thought.thinking);
                    case Piece.Redacted data -> redacted++;
                    default -> {
                    }
                }
            }
            sequencer.finish(StopReason.END_TURN, null, Usage.NONE);
        } catch (ApiException e) {
            assertTrue(List.of("the model called a tool without naming it",
                    "the arguments of a tool call ended before they were complete").contains(e.getMessage()),
                    e.getMessage());
            EventGrammar.partial(events);
            return;
        }
        List<Block> blocks = EventGrammar.whole(events).blocks();
        assertEquals(text.toString(), joined(blocks, "text"));
        assertEquals(thinking.toString(), joined(blocks, "thinking"));
        assertEquals(redacted, blocks.stream().filter(block -> block.type().equals("redacted_thinking")).count());
    }

    private static String joined(List<Block> blocks, String type) {
        StringBuilder joined = new StringBuilder();
        blocks.stream().filter(block -> block.type().equals(type)).forEach(block -> joined.append(block.content()));
        return joined.toString();
    }

    @Provide
    Arbitrary<List<Call>> calls() {
        Arbitrary<List<String>> inputs = Combinators.combine(words().list().ofMaxSize(3), Arbitraries.randoms())
                .as((values, random) -> cut("{\"v\":" + quoted(values) + ",\"{\":[]}", random));
        return inputs.list().ofMaxSize(4).map(all -> {
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                calls.add(new Call(i * 3 + 1, all.get(i)));
            }
            return calls;
        });
    }

    private static String quoted(List<String> values) {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<String> cut(String text, Random random) {
        List<String> fragments = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + random.nextInt(5));
            fragments.add(text.substring(from, to));
            from = to;
        }
        return fragments;
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return words().list().ofMaxSize(6);
    }

    private static Arbitrary<String> words() {
        return Arbitraries.of("", "a", "b c", "}", "{\"", "\\", "é", "\uD83C\uDF89", "]");
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        Arbitrary<Integer> keys = Arbitraries.integers().between(0, 2);
        Arbitrary<String> ids = Arbitraries.of("call_A", "call_B", "a.b", "").injectNull(0.4);
        Arbitrary<String> names = Arbitraries.of("f", "g", "").injectNull(0.4);
        Arbitrary<String> arguments = Arbitraries.of("", "{", "}", "{}", "{\"x\":1}", "\"", "[", "]", "null")
                .injectNull(0.1);
        return Arbitraries.<Piece>oneOf(words().map(Piece.Said::new), words().map(Piece.Thought::new),
                words().map(Piece.Signed::new), words().map(Piece.Redacted::new), keys.map(Piece.Ended::new),
                Combinators.combine(keys, ids, names, arguments).as(Piece.Called::new)).list().ofMaxSize(20);
    }
}
