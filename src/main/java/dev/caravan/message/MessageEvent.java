package dev.caravan.message;

/**
 * One event of a message stream: the Messages API's own server-sent events as types. A reply is a sequence of them, and a
 * non-streaming reply is the same sequence, aggregated. The order that Caravan keeps in what it translates: one
 * {@link MessageStart}; blocks with indices from 0, each start, deltas, stop, never two open at once; one {@link MessageDelta};
 * {@link MessageStop}. All are immutable.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Anthropic: Streaming messages</a>
 */
public sealed interface MessageEvent {
    /** Opens the message. The usage holds the prompt's tokens, estimated when the provider tells them only at the end. */
    record MessageStart(String id, String model, Usage usage) implements MessageEvent {}

    /** Opens the block at this index. */
    record ContentBlockStart(int index, OutputBlock block) implements MessageEvent {}

    /** Adds to the open block at this index. */
    record ContentBlockDelta(int index, Delta delta) implements MessageEvent {}

    /** Closes the block at this index. */
    record ContentBlockStop(int index) implements MessageEvent {}

    /**
     * Tells why the message ended and what it cost.
     *
     * @param stopSequence the stop sequence that was met, null unless the reason is {@link StopReason#STOP_SEQUENCE}
     * @param usage totals, not increments
     */
    record MessageDelta(StopReason stopReason, String stopSequence, Usage usage) implements MessageEvent {}

    /** Ends the message; nothing follows. */
    record MessageStop() implements MessageEvent {}

    /** A sign of life without content. */
    record Ping() implements MessageEvent {}

    /**
     * An event of an Anthropic upstream, passed on byte for byte.
     *
     * @param name the event's name as sent
     * @param data the event's data as sent, JSON in UTF-8; not to be modified
     */
    record RawEvent(String name, byte[] data) implements MessageEvent {}

    /**
     * A whole message of an Anthropic upstream that did not stream, passed on byte for byte; it is the only event of its stream.
     *
     * @param json the message as sent, JSON in UTF-8; not to be modified
     */
    record RawMessage(byte[] json) implements MessageEvent {}

    /** What a block is when it opens. */
    sealed interface OutputBlock {}

    /** A block of text, empty at first. */
    record TextBlock() implements OutputBlock {}

    /** A block of the model's reasoning, empty at first. */
    record ThinkingBlock() implements OutputBlock {}

    /** Reasoning that only its provider can read; complete from the start. */
    record RedactedThinkingBlock(String data) implements OutputBlock {}

    /** A call of the client's tool; its input follows as {@link InputJsonDelta}s, at least one even when the input is empty. */
    record ToolUseBlock(String id, String name) implements OutputBlock {}

    /** What is added to the open block. */
    sealed interface Delta {}

    /** More text. */
    record TextDelta(String text) implements Delta {}

    /** More reasoning. */
    record ThinkingDelta(String thinking) implements Delta {}

    /** The signature of a thinking block: one, just before the block closes. */
    record SignatureDelta(String signature) implements Delta {}

    /** A fragment of a tool call's input; the fragments of a block join to one JSON object. */
    record InputJsonDelta(String partialJson) implements Delta {}
}
