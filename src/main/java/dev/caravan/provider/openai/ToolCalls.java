package dev.caravan.provider.openai;

import dev.caravan.message.EventSequencer;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.openai.Chunk.ToolFragment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the call that a fragment belongs to. OpenAI numbers its calls by {@code index}; others start at 1, leave the number
 * out, give every call the number 0, repeat the id or a fresh one in every fragment, or repeat them as empty strings. Not
 * thread-safe.
 */
final class ToolCalls {
    private final EventSequencer out;
    private final ToolNames names;
    private final List<Call> calls = new ArrayList<>();
    /** The latest call of each number, and the first of each id. */
    private final Map<Integer, Call> byIndex = new HashMap<>();
    private final Map<String, Call> byId = new HashMap<>();

    ToolCalls(EventSequencer out, ToolNames names) {
        this.out = out;
        this.names = names;
    }

    /** A call seen; its key at the sequencer is its place in the list. */
    private static final class Call {
        final int key;
        final int index;
        String id;
        String name;

        Call(int key, ToolFragment first) {
            this.key = key;
            this.index = first.index();
            this.id = first.id();
            this.name = first.name();
        }
    }

    /** Takes the fragments of one chunk. */
    void fragments(List<ToolFragment> fragments) {
        for (int i = 0; i < fragments.size(); i++) {
            ToolFragment fragment = fragments.get(i);
            Call known = fragment.index() >= 0
                    ? byIndex.get(fragment.index())
                    : unnumbered(fragment, fragments.size() == 1 ? calls.size() - 1 : i);
            add(fragment, known);
        }
    }

    /** Takes the calls of a whole reply, each complete. Arguments that are cut off are told as they are, not as if they were whole. */
    void complete(List<ToolFragment> whole) {
        for (int i = 0; i < whole.size(); i++) {
            ToolFragment call = whole.get(i);
            add(new ToolFragment(i, call.id(), call.name(), EventSequencer.wholeArguments(call.arguments())), null);
        }
    }

    private void add(ToolFragment fragment, Call known) {
        Call call = known;
        if (call != null && isAnother(fragment, call)) {
            out.endTool(call.key);
            call = null;
        }
        if (call == null) {
            call = new Call(calls.size(), fragment);
            calls.add(call);
            byIndex.put(call.index, call);
        }
        if (call.id.isEmpty()) {
            call.id = fragment.id();
        }
        byId.putIfAbsent(call.id, call);
        if (call.name.isEmpty()) {
            call.name = fragment.name();
        }
        out.tool(call.key, fragment.id(), names.fromProvider(fragment.name()), fragment.arguments());
    }

    /** A fragment without a number: its id tells, else its place does, unless it names another tool. */
    private Call unnumbered(ToolFragment fragment, int place) {
        if (!fragment.id().isEmpty() && byId.containsKey(fragment.id())) {
            return byId.get(fragment.id());
        }
        if (place < 0 || place >= calls.size()) {
            return null;
        }
        Call call = calls.get(place);
        boolean goesOn = fragment.name().isEmpty() || fragment.name().equals(call.name) && !out.toolComplete(call.key);
        return goesOn ? call : null;
    }

    /** Whether a fragment under a known number begins another call all the same. */
    private boolean isAnother(ToolFragment fragment, Call call) {
        if (fragment.name().isEmpty()) {
            return false;
        }
        if (fragment.id().isEmpty()) {
            return !fragment.arguments().isBlank() && out.toolComplete(call.key);
        }
        return !call.id.isEmpty() && !call.id.equals(fragment.id());
    }
}
