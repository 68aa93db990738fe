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
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the events of one message into the message itself, the reply to a request that does not stream. Not thread-safe.
 */
public final class MessageAccumulator {
    private final List<Block> blocks = new ArrayList<>();
    private MessageStart start;
    private MessageDelta end;
    private boolean stopped;
    private byte[] verbatim;
    private final RawAccumulator upstream = new RawAccumulator();

    /**
     * Takes the next event.
     *
     * @throws ApiException for an upstream's own event that tells of a failure, or that makes no message with those before
     */
    public void add(MessageEvent event) {
        switch (event) {
            case MessageStart first -> start = first;
            case ContentBlockStart block ->
                blocks.add(new Block(block.block(), new StringBuilder(), new StringBuilder()));
            case ContentBlockDelta delta -> {
                Block block = blocks.get(delta.index());
                switch (delta.delta()) {
                    case TextDelta text -> block.content.append(text.text());
                    case ThinkingDelta thinking -> block.content.append(thinking.thinking());
                    case InputJsonDelta input -> block.content.append(input.partialJson());
                    case SignatureDelta signature -> {
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
