package dev.caravan.message;

import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.OutputBlock;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageEvent.RedactedThinkingBlock;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextBlock;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingBlock;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the events of one message into the message itself, the reply to a request that does not stream. A message that does not
 * end is a failure before it fills the memory. Not thread-safe.
 */
public final class MessageAccumulator {
    /** The most bytes of a message, counted in its characters, unless it is told otherwise: 32 MB. */
    public static final long MOST_BYTES = 32L << 20;
    /** What a block costs beside its text. */
    private static final int BLOCK_COST = 256;

    private final List<Block> blocks = new ArrayList<>();
    private MessageStart start;
    private MessageDelta end;
    private boolean stopped;
    private byte[] verbatim;
    private final long most;
    private final RawAccumulator upstream;
    private long size;

    /** Gathers a message of up to {@link #MOST_BYTES}. */
    public MessageAccumulator() {
        this(MOST_BYTES);
    }

    /** @param most the most bytes of the message, counted in its characters */
    public MessageAccumulator(long most) {
        this.most = most;
        this.upstream = new RawAccumulator(most);
    }

    /**
     * Takes the next event.
     *
     * @throws ApiException for an upstream's own event that tells of a failure, or that makes no message with those before, and when
     *         the message has become too large
     */
    public void add(MessageEvent event) {
        switch (event) {
            case MessageStart first -> start = first;
            case ContentBlockStart block -> {
                count(BLOCK_COST + length(block.block()));
                blocks.add(new Block(block.block(), new StringBuilder(), new StringBuilder()));
            }
            case ContentBlockDelta delta -> {
                Block block = blocks.get(delta.index());
                switch (delta.delta()) {
                    case TextDelta text -> append(block, text.text());
                    case ThinkingDelta thinking -> append(block, thinking.thinking());
                    case InputJsonDelta input -> append(block, input.partialJson());
                    case SignatureDelta signature -> {
                        count(signature.signature().length());
                        block.signature.setLength(0);
                        block.signature.append(signature.signature());
                    }
                }
            }
            case MessageDelta delta -> end = delta;
            case MessageStop stop -> stopped = true;
            case RawMessage raw -> verbatim = raw.json();
            case ContentBlockStop stop -> {
            }
            case Ping ping -> {
            }
            case RawEvent raw -> upstream.add(raw);
        }
    }

    private static int length(OutputBlock block) {
        return switch (block) {
            case RedactedThinkingBlock redacted -> redacted.data().length();
            case ToolUseBlock tool -> tool.id().length() + tool.name().length();
            case TextBlock text -> 0;
            case ThinkingBlock thinking -> 0;
        };
    }

    private void append(Block block, String text) {
        count(text.length());
        block.content.append(text);
    }

    private void count(int characters) {
        size += characters;
        if (size > most) {
            throw new ApiException(502, ErrorType.API_ERROR,
                    "the provider sent a message of more than " + most + " bytes");
        }
    }

    /** Whether the message is whole. */
    public boolean complete() {
        return verbatim != null || upstream.complete() || stopped && start != null && end != null;
    }

    /**
     * The message, JSON in UTF-8.
     *
     * @throws IllegalStateException when it is not {@linkplain #complete() complete}
     */
    public byte[] json() {
        if (!complete()) {
            throw new IllegalStateException("the message has not ended");
        }
        if (verbatim != null) {
            return verbatim;
        }
        return upstream.complete() ? upstream.json() : MessageJson.write(out -> {
            out.writeStringField("id", start.id());
            out.writeStringField("type", "message");
            out.writeStringField("role", "assistant");
            out.writeStringField("model", start.model());
            out.writeArrayFieldStart("content");
            for (Block block : blocks) {
                out.writeStartObject();
                MessageJson.block(block.kind(), block.content().toString(), block.signature().toString(), out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeStringField("stop_reason", end.stopReason().wireName());
            out.writeStringField("stop_sequence", end.stopSequence());
            MessageJson.usage(end.usage(), out);
        });
    }

    private record Block(OutputBlock kind, StringBuilder content, StringBuilder signature) {}
}
