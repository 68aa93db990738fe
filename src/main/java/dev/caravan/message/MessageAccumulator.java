package dev.caravan.message;

import com.fasterxml.jackson.core.JsonGenerator;
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
import java.io.IOException;
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

    /**
     * Takes the next event.
     *
     * @throws IllegalArgumentException for a raw event of a stream, which only a streaming reply can carry
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
            case RawEvent raw ->
                throw new IllegalArgumentException("event " + raw.name() + " of a raw stream in a whole message");
        }
    }

    /** Whether the message is whole. */
    public boolean complete() {
        return verbatim != null || stopped && start != null && end != null;
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
        return verbatim != null ? verbatim : MessageJson.write(out -> {
            out.writeStringField("id", start.id());
            out.writeStringField("type", "message");
            out.writeStringField("role", "assistant");
            out.writeStringField("model", start.model());
            out.writeArrayFieldStart("content");
            for (Block block : blocks) {
                out.writeStartObject();
                block.writeTo(out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeStringField("stop_reason", end.stopReason().wireName());
            out.writeStringField("stop_sequence", end.stopSequence());
            MessageJson.usage(end.usage(), out);
        });
    }

    /**
     * A tool call's input. One that the model did not finish (it ran out of tokens) is no JSON; it is handed on as text under
     * {@code _unparsed}, so that nothing is lost and the message stays readable.
     */
    private static void input(String json, JsonGenerator out) throws IOException {
        if (json.isBlank()) {
            out.writeRawValue("{}");
        } else if (RawJson.of(json).isObject()) {
            out.writeRawValue(Text.wellFormed(json));
        } else {
            out.writeStartObject();
            out.writeStringField("_unparsed", json);
            out.writeEndObject();
        }
    }

    private record Block(OutputBlock kind, StringBuilder content, StringBuilder signature) {
        void writeTo(JsonGenerator out) throws IOException {
            switch (kind) {
                case TextBlock text -> {
                    out.writeStringField("type", "text");
                    out.writeStringField("text", content.toString());
                }
                case ThinkingBlock thinking -> {
                    out.writeStringField("type", "thinking");
                    out.writeStringField("thinking", content.toString());
                    out.writeStringField("signature", signature.toString());
                }
                case RedactedThinkingBlock redacted -> {
                    out.writeStringField("type", "redacted_thinking");
                    out.writeStringField("data", redacted.data());
                }
                case ToolUseBlock tool -> {
                    out.writeStringField("type", "tool_use");
                    out.writeStringField("id", tool.id());
                    out.writeStringField("name", tool.name());
                    out.writeFieldName("input");
                    input(content.toString(), out);
                }
            }
        }
    }
}
