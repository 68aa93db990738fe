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
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Turns what a provider sends, in whatever order, into events in the order that the Messages API has: one
 * {@code message_start}; blocks with indices from 0, one after the other, never two open at once; one {@code message_delta} and
 * {@code message_stop}. A decoder says what it saw; this class opens and closes the blocks.
 *
 * <p>
 * Text and reasoning close as soon as something else begins. A tool call stays open until its arguments are a complete JSON
 * object, because providers interleave the fragments of parallel calls; what belongs to a later block waits until then. Arguments
 * that do not begin like an object wait for their end and are told as text under {@code _unparsed}, see {@link MessageJson#input}.
 * What comes after {@link #finish} has no place left and is ignored. Half of a surrogate pair at the end of a fragment waits for
 * its other half. Not thread-safe.
 *
 * <p>
 * The methods that add content throw an {@link IllegalStateException} before {@link #start}, and an {@link ApiException} (502) when
 * more waits than a message can have: what a provider interleaves for ever ends like that, before it fills the memory.
 */
public final class EventSequencer {
    /** More than a message has; in characters. */
    private static final int MOST_HELD = 32 << 20;
    /** What remembering a block costs beside its text; likewise. */
    private static final int BLOCK_COST = 256;

    private final Consumer<MessageEvent> out;
    private final long mostHeld;
    /** The open block first, then those that wait for it. */
    private final Deque<Segment> segments = new ArrayDeque<>();
    /** The latest call under each key, also when its block has been closed. */
    private final Map<Integer, Segment> calls = new HashMap<>();
    private final ToolUseIds ids = new ToolUseIds();
    private long held;
    private int nextIndex;
    private boolean started;
    private boolean toolUsed;
    private boolean cutOff;
    private boolean finished;

    public EventSequencer(Consumer<MessageEvent> out) {
        this(out, MOST_HELD);
    }

    /** @param mostHeld how many characters may wait for an earlier block's end, or be remembered of calls */
    EventSequencer(Consumer<MessageEvent> out, long mostHeld) {
        this.out = out;
        this.mostHeld = mostHeld;
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
        if (accepting() && !text.isEmpty()) {
            tail(Kind.TEXT).append(text);
        }
    }

    /** More reasoning; empty reasoning opens no block. */
    public void thinking(String thinking) {
        if (accepting() && !thinking.isEmpty()) {
            tail(Kind.THINKING).append(thinking);
        }
    }

    /**
     * The signature of the reasoning just sent, which ends its block.
     *
     * @return false when none is open; then it is ignored
     */
    public boolean signature(String signature) {
        Segment last = segments.peekLast();
        boolean taken = accepting() && last != null && last.kind == Kind.THINKING && !last.sealed;
        if (taken) {
            last.sign(signature);
        }
        return taken;
    }

    /**
     * A signature that holds what its provider wants back at this very place: it ends the block of the reasoning just sent. Where
     * none is open, or one that is ended like that, it gets a block without text.
     */
    public void seal(String signature) {
        if (accepting()) {
            Segment thinking = tail(Kind.THINKING);
            thinking.sign(signature);
            thinking.sealed = true;
        }
    }

    /** A block of reasoning that only its provider can read. */
    public void redactedThinking(String data) {
        if (accepting()) {
            Segment segment = new Segment(Kind.REDACTED);
            segment.name = data;
            segment.hold(data.length());
            add(segment);
        }
    }

    /**
     * A tool call or a fragment of one. What comes for a call whose arguments are complete is a repetition and ignored, unless it
     * has a name and an id of its own: then it is the next call of a provider that gives all its calls the same key.
     *
     * @param key what the provider tells its calls apart by
     * @param id the call's id; null or empty in later fragments
     * @param name the tool's name; null or empty in later fragments
     * @param arguments a fragment of the arguments' JSON, null or empty when there is none
     */
    public void tool(int key, String id, String name, String arguments) {
        boolean empty = isEmpty(id) && isEmpty(name) && isEmpty(arguments);
        if (!accepting() || empty) {
            return;
        }
        Segment segment = calls.get(key);
        if (segment == null || segment.isFollowedBy(id, name)) {
            endTool(key);
            toolUsed = true;
            segment = new Segment(Kind.TOOL);
            calls.put(key, segment);
            segment.identify(id, name);
            add(segment);
        } else {
            segment.identify(id, name);
        }
        if (!isEmpty(arguments)) {
            segment.append(arguments);
        }
        advance();
    }

    /** Forgets a key: the provider's next fragment under it belongs to a new call. */
    public void endTool(int key) {
        Segment segment = calls.remove(key);
        if (segment != null) {
            segment.ended = true;
            advance();
        }
    }

    /** Whether the arguments of the call under this key are a complete object, so that no more of them can come. */
    public boolean toolComplete(int key) {
        Segment segment = calls.get(key);
        return segment != null && (segment.closed || segment.closable());
    }

    /**
     * The arguments of a call that is told at once, fit to be given to {@link #tool}: unchanged, unless they are cut off or look like an
     * object and are none; then as text under {@code _unparsed}, see {@link MessageJson#input}. Of a call that streams as much cannot be
     * said.
     */
    public static String wholeArguments(String arguments) {
        JsonBalance balance = new JsonBalance();
        String object = balance.take(arguments);
        boolean whole = balance.complete() && RawJson.of(object).isObject();
        return balance.begun() && !whole ? MessageJson.input(arguments) : arguments;
    }

    /** Whether some call's arguments have begun and are not complete: ending the message now would cut them off. */
    public boolean insideArguments() {
        return segments.stream().anyMatch(segment -> segment.balance.begun() && !segment.balance.complete());
    }

    /**
     * Ends the message: all blocks are closed, then come {@code message_delta} and {@code message_stop}. Later calls do nothing.
     *
     * @throws ApiException 502 when a tool was called without a name, or its arguments are cut off although the message is not: a
     *         client would run the tool with what is there
     */
    public void finish(StopReason reason, String stopSequence, Usage usage) {
        if (!accepting()) {
            return;
        }
        while (!segments.isEmpty()) {
            closeHead();
        }
        if (cutOff && (reason == StopReason.TOOL_USE || reason == StopReason.END_TURN)) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "the arguments of a tool call ended before they were complete");
        }
        finished = true;
        out.accept(new MessageDelta(reason, stopSequence, usage));
        out.accept(new MessageStop());
    }

    private boolean accepting() {
        if (!started) {
            throw new IllegalStateException("a message begins with start()");
        }
        return !finished;
    }

    private static boolean isEmpty(String text) {
        return text == null || text.isEmpty();
    }

    private Segment tail(Kind kind) {
        Segment last = segments.peekLast();
        if (last == null || last.kind != kind || last.signed()) {
            last = new Segment(kind);
            add(last);
        }
        return last;
    }

    private void add(Segment segment) {
        segments.add(segment);
        segment.hold(BLOCK_COST);
        advance();
    }

    /** Closes the open block while it can be closed and another one waits, and opens the one behind it. */
    private void advance() {
        while (segments.size() > 1 && segments.peek().closable()) {
            closeHead();
        }
        if (!segments.isEmpty()) {
            segments.peek().openIfKnown();
        }
    }

    private void closeHead() {
        Segment head = segments.peek();
        head.open();
        head.close();
        segments.remove();
        if (head.kind != Kind.TOOL) {
            held -= head.held; // of a call, its id is remembered
        }
    }

    private enum Kind {
        TEXT, THINKING, REDACTED, TOOL
    }

    /** One block: sent as it comes while it is the open one, gathered while it waits. */
    private final class Segment {
        final Kind kind;
        final StringBuilder waiting = new StringBuilder();
        final JsonBalance balance = new JsonBalance();
        String id;
        String name;
        String signature;
        boolean ended;
        boolean closed;
        boolean placeholder;
        boolean sealed;
        int index = -1;
        long held;

        Segment(Kind kind) {
            this.kind = kind;
        }

        /** Whether the block ended with a signature of its provider; one that Caravan just makes up says nothing of the text. */
        boolean signed() {
            return sealed || signature != null && !signature.startsWith(ContentBlock.Thinking.MINTED_SIGNATURE);
        }

        void hold(int characters) {
            held += characters;
            EventSequencer.this.held += characters;
            if (EventSequencer.this.held > mostHeld) {
                throw new ApiException(502, ErrorType.API_ERROR,
                        "the provider sent more than " + mostHeld + " bytes that wait for an earlier block to end");
            }
        }

        void identify(String newId, String newName) {
            if (id == null && !isEmpty(newId)) {
                id = newId;
                hold(newId.length());
            }
            if (name == null && !isEmpty(newName)) {
                name = newName;
                hold(newName.length());
            }
        }

        void sign(String newSignature) {
            hold(newSignature.length() - (signature == null ? 0 : signature.length()));
            signature = newSignature;
        }

        /** Whether an id and name seen now begin another call; some servers send a new id with every fragment of one. */
        boolean isFollowedBy(String newId, String newName) {
            boolean other = id != null && !isEmpty(newId) && !newId.equals(id) && !isEmpty(newName);
            return other && (closed || closable() || !newName.equals(name));
        }

        void append(String fragment) {
            if (closed) {
                return;
            }
            if (kind == Kind.TOOL && !balance.begun() && isPlaceholder(fragment)) {
                placeholder = true;
                return;
            }
            placeholder &= fragment.isBlank();
            String taken = kind == Kind.TOOL ? balance.take(fragment) : fragment;
            waiting.append(taken);
            hold(taken.length());
            if (index >= 0) {
                flush();
            }
        }

        /**
         * Some providers open a call with an empty object or null and send its arguments afterwards. Nothing is sent for it: a
         * block without input is a call without arguments, which it may as well be.
         */
        private static boolean isPlaceholder(String fragment) {
            String text = fragment.strip();
            return text.equals("{}") || text.equals("null");
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
            flush();
        }

        /** Sends what waits, but for half of a character whose other half is still to come, and for what is no object. */
        private void flush() {
            int end = opaque() ? 0 : waiting.length();
            if (end > 0 && Character.isHighSurrogate(waiting.charAt(end - 1))) {
                end--;
            }
            if (end > 0) {
                send(waiting.substring(0, end));
                waiting.delete(0, end);
                hold(-end);
            }
        }

        /** Whether these are arguments that have not begun, or not as an object does. */
        private boolean opaque() {
            return kind == Kind.TOOL && !balance.isObject();
        }

        private ToolUseBlock toolBlock() {
            if (name == null) {
                throw new ApiException(502, ErrorType.API_ERROR, "the model called a tool without naming it");
            }
            return new ToolUseBlock(ids.unique(id), name);
        }

        private void send(String fragment) {
            String text = Text.wellFormed(fragment);
            out.accept(new ContentBlockDelta(index, switch (kind) {
                case TEXT -> new TextDelta(text);
                case THINKING -> new ThinkingDelta(text);
                case TOOL -> new InputJsonDelta(text);
                case REDACTED -> throw new IllegalStateException("redacted thinking has no deltas");
            }));
        }

        void close() {
            if (opaque() && !waiting.isEmpty()) {
                String input = isPlaceholder(waiting.toString()) ? "{}" : MessageJson.input(waiting.toString());
                if (!input.equals("{}")) {
                    send(input);
                }
            } else if (!waiting.isEmpty()) {
                send(waiting.toString());
            }
            hold(-waiting.length());
            waiting.setLength(0);
            cutOff |= balance.isObject() && !balance.complete();
            if (signature != null) {
                out.accept(new ContentBlockDelta(index, new SignatureDelta(signature)));
            }
            out.accept(new ContentBlockStop(index));
            closed = true;
        }
    }
}
