package dev.caravan.message;

import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.RedactedThinkingBlock;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns what a provider sends, in whatever order, into events in the order that the Messages API has: one
 * {@code message_start}; blocks with indices from 0, one after the other, never two open at once; one {@code message_delta} and
 * {@code message_stop}. A decoder says what it saw; this class opens and closes the blocks.
 *
 * <p>
 * Text and reasoning close as soon as something else begins. A tool call stays open until its arguments are a complete JSON
 * object, because providers interleave the fragments of parallel calls; what belongs to a later block waits until then. What
 * comes after that object is left out: some providers repeat the whole arguments at the end. Not thread-safe.
 */
public final class EventSequencer {
    private final Consumer<MessageEvent> out;
    /** The open block first, then those that wait for it. */
    private final Deque<Segment> segments = new ArrayDeque<>();
    /** Keys of calls whose block is closed: a late fragment belongs to none. */
    private final Set<Integer> closedTools = new HashSet<>();
    private final Set<String> toolIds = new HashSet<>();
    private int nextIndex;
    private boolean started;
    private boolean toolUsed;
    private boolean finished;

    public EventSequencer(Consumer<MessageEvent> out) {
        this.out = out;
    }

    /** Opens the message; later calls do nothing, since providers repeat their first chunk. */
    public void start(String id, String model, Usage usage) {
        if (!started) {
            started = true;
            out.accept(new MessageStart(id, model, usage));
        }
    }

    public boolean started() {
        return started;
    }

    /** Whether the message has ended. */
    public boolean finished() {
        return finished;
    }

    /** Whether a tool was called, which makes the stop reason {@link StopReason#TOOL_USE} whatever the provider says. */
    public boolean toolUsed() {
        return toolUsed;
    }

    /** More text of the answer; empty text opens no block. */
    public void text(String text) {
        if (!text.isEmpty()) {
            tail(Kind.TEXT).append(text);
        }
    }

    /** More reasoning; empty reasoning opens no block. */
    public void thinking(String thinking) {
        if (!thinking.isEmpty()) {
            tail(Kind.THINKING).append(thinking);
        }
    }

    /** The signature of the reasoning just sent; ignored when none is open. */
    public void signature(String signature) {
        Segment last = segments.peekLast();
        if (last != null && last.kind == Kind.THINKING) {
            last.signature = signature;
        }
    }

    /** A block of reasoning that only its provider can read. */
    public void redactedThinking(String data) {
        Segment segment = new Segment(Kind.REDACTED, 0);
        segment.name = data;
        add(segment);
    }

    /**
     * A tool call or a fragment of one.
     *
     * @param key what the provider tells its calls apart by
     * @param id the call's id; null or empty in later fragments
     * @param name the tool's name; null or empty in later fragments
     * @param arguments a fragment of the arguments' JSON, null or empty when there is none
     */
    public void tool(int key, String id, String name, String arguments) {
        Segment segment = find(key);
        if (segment == null) {
            if (closedTools.contains(key)) {
                return;
            }
            toolUsed = true;
            segment = new Segment(Kind.TOOL, key);
            segment.identify(id, name);
            add(segment);
        } else {
            segment.identify(id, name);
        }
        if (arguments != null && !arguments.isEmpty()) {
            segment.append(arguments);
        }
        advance();
    }

    /** Forgets a key: the provider's next fragment under it belongs to a new call. */
    public void endTool(int key) {
        Segment segment = find(key);
        if (segment != null) {
            segment.ended = true;
            advance();
        }
        closedTools.remove(key);
    }

    /** Whether the arguments of the call under this key are a complete object, so that no more of them can come. */
    public boolean toolComplete(int key) {
        Segment segment = find(key);
        return segment == null ? closedTools.contains(key) : segment.closable();
    }

    /** Whether some call's arguments have begun and are not complete: ending the message now would cut them off. */
    public boolean insideArguments() {
        for (Segment segment : segments) {
            if (segment.balance.begun() && !segment.balance.complete()) {
                return true;
            }
        }
        return false;
    }

    /** Ends the message: all blocks are closed, then come {@code message_delta} and {@code message_stop}. */
    public void finish(StopReason reason, String stopSequence, Usage usage) {
        while (!segments.isEmpty()) {
            closeHead();
        }
        finished = true;
        out.accept(new MessageDelta(reason, stopSequence, usage));
        out.accept(new MessageStop());
    }

    private Segment find(int key) {
        for (Segment segment : segments) {
            if (segment.kind == Kind.TOOL && segment.key == key && !segment.ended) {
                return segment;
            }
        }
        return null;
    }

    private Segment tail(Kind kind) {
        Segment last = segments.peekLast();
        if (last == null || last.kind != kind) {
            last = new Segment(kind, 0);
            add(last);
        }
        return last;
    }

    private void add(Segment segment) {
        segments.add(segment);
        advance();
    }

    /** Closes the open block while it can be closed and another one waits, and opens the one behind it. */
    private void advance() {
        while (segments.size() > 1 && segments.peek().closable()) {
            closeHead();
        }
        segments.peek().openIfKnown();
    }

    private void closeHead() {
        Segment head = segments.peek();
        head.open();
        head.close();
        segments.remove();
        if (head.kind == Kind.TOOL && !head.ended) {
            closedTools.add(head.key);
        }
    }

    private enum Kind {
        TEXT, THINKING, REDACTED, TOOL
    }

    /** One block: sent as it comes while it is the open one, gathered while it waits. */
    private final class Segment {
        final Kind kind;
        final int key;
        final StringBuilder waiting = new StringBuilder();
        final JsonBalance balance = new JsonBalance();
        String id;
        String name;
        String signature;
        char half;
        boolean placeholder;
        boolean ended;
        int index = -1;

        Segment(Kind kind, int key) {
            this.kind = kind;
            this.key = key;
        }

        void identify(String newId, String newName) {
            if (id == null && newId != null && !newId.isEmpty()) {
                id = newId;
            }
            if (name == null && newName != null && !newName.isEmpty()) {
                name = newName;
            }
        }

        void append(String fragment) {
            if (kind != Kind.TOOL) {
                put(fragment);
            } else if (!balance.begun() && isPlaceholder(fragment)) {
                placeholder = true;
            } else {
                placeholder &= fragment.isBlank();
                put(fragment.substring(0, balance.feed(fragment)));
            }
        }

        /**
         * Some providers open a call with an empty object or null and send its arguments afterwards. Nothing is sent for it: a
         * block without input is a call without arguments, which it may as well be.
         */
        private boolean isPlaceholder(String fragment) {
            String text = fragment.strip();
            return text.equals("{}") || text.equals("null");
        }

        /** Some providers cut a stream between the halves of a surrogate pair; the first half waits for the second. */
        private void put(String fragment) {
            if (fragment.isEmpty()) {
                return;
            }
            String whole = half == 0 ? fragment : half + fragment;
            int end = whole.length() - 1;
            half = Character.isHighSurrogate(whole.charAt(end)) ? whole.charAt(end) : 0;
            String text = half == 0 ? whole : whole.substring(0, end);
            if (text.isEmpty()) {
                return;
            }
            if (index >= 0) {
                send(text);
            } else {
                waiting.append(text);
            }
        }

        boolean closable() {
            return kind != Kind.TOOL || ended || placeholder || balance.complete();
        }

        /** A tool call opens only once its name is known. */
        void openIfKnown() {
            if (kind != Kind.TOOL || name != null) {
                open();
            }
        }

        void open() {
            if (index >= 0) {
                return;
            }
            index = nextIndex++;
            out.accept(new ContentBlockStart(index, switch (kind) {
                case TEXT -> new TextBlock();
                case THINKING -> new ThinkingBlock();
                case REDACTED -> new RedactedThinkingBlock(name);
                case TOOL -> toolBlock();
            }));
            if (kind == Kind.TOOL) {
                // Strict clients want at least one fragment, also for a call without arguments.
                out.accept(new ContentBlockDelta(index, new InputJsonDelta("")));
            }
            if (!waiting.isEmpty()) {
                send(waiting.toString());
                waiting.setLength(0);
            }
        }

        private ToolUseBlock toolBlock() {
            if (name == null) {
                throw new ApiException(502, ErrorType.API_ERROR, "the model called a tool without naming it");
            }
            return new ToolUseBlock(uniqueId(), name);
        }

        /** Clients pair results with calls by id, so a second call of a message under the same id gets another one. */
        private String uniqueId() {
            String wanted = id == null ? Ids.toolUse() : Ids.conformingToolUse(id);
            String unique = wanted;
            for (int n = 2; !toolIds.add(unique); n++) {
                unique = wanted + "_" + n;
            }
            return unique;
        }

        void send(String fragment) {
            out.accept(new ContentBlockDelta(index, switch (kind) {
                case TEXT -> new TextDelta(fragment);
                case THINKING -> new ThinkingDelta(fragment);
                case TOOL -> new InputJsonDelta(fragment);
                case REDACTED -> throw new IllegalStateException("redacted thinking has no deltas");
            }));
        }

        void close() {
            if (half != 0) {
                send(Text.REPLACEMENT);
            }
            if (signature != null) {
                out.accept(new ContentBlockDelta(index, new SignatureDelta(signature)));
            }
            out.accept(new ContentBlockStop(index));
        }
    }
}
