package dev.caravan.provider.ollama;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Decodes the reply of Ollama: lines until the one that says {@code done}. The end of the reply before it is an error. A call of
 * a tool comes whole, its number may be 0 for each, and {@code done_reason} stays {@code stop} behind it. Ollama does not say
 * which stop sequence was met, so such a message ends with {@code end_turn}. Not thread-safe.
 *
 * @see <a href="https://docs.ollama.com/api/chat">Ollama: Generate a chat message</a>
 */
public final class OllamaResponseDecoder implements ResponseDecoder {
    private static final String SIGNATURE = ContentBlock.Thinking.MINTED_SIGNATURE + "ollama";

    private final MessageStart opening;
    private final EventSequencer out;
    private int calls;
    private long outputBytes;

    /**
     * A decoder of one reply.
     *
     * @param out takes the events
     * @param opening how the message opens
     */
    public OllamaResponseDecoder(Consumer<MessageEvent> out, MessageStart opening) {
        this.opening = opening;
        this.out = new EventSequencer(out);
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) {
        if (out.finished()) {
            return;
        }
        ReplyLine line;
        try {
            line = ReplyLine.read(buffer, offset, length);
        } catch (IOException e) {
            throw OllamaErrors.broken("the provider sent a line that is no JSON object");
        }
        take(line);
    }

    @Override
    public void message(byte[] json) {
        event("message", json, 0, json.length);
        if (!out.finished()) {
            throw OllamaErrors.broken("the provider's reply is not complete");
        }
    }

    @Override
    public void end() {
        if (!out.finished()) {
            throw OllamaErrors.broken("the provider's reply ended before the message did");
        }
    }

    @Override
    public boolean finished() {
        return out.finished();
    }

    private void take(ReplyLine line) {
        if (line.error() != null) {
            throw OllamaErrors.inReply(line.error());
        }
        if (line.hasOutput()) {
            open();
            say(line);
        }
        if (line.done()) {
            open();
            out.finish(stopReason(line.doneReason()), null, usage(line));
        }
    }

    private void open() {
        out.start(opening.id(), opening.model(), opening.usage());
    }

    private void say(ReplyLine line) {
        if (!line.thinking().isEmpty()) {
            count(line.thinking());
            out.thinking(line.thinking());
            out.signature(SIGNATURE);
        }
        count(line.content());
        out.text(line.content());
        for (ReplyLine.ToolCall call : line.calls()) {
            count(call.name());
            count(call.arguments());
            out.tool(calls, call.id(), call.name(), call.arguments());
            out.endTool(calls);
            calls++;
        }
    }

    private StopReason stopReason(String reason) {
        return switch (reason) {
            // Ollama of old gave no reason.
            case "", "stop", "tool_calls" -> out.toolUsed() ? StopReason.TOOL_USE : StopReason.END_TURN;
            case "length" -> StopReason.MAX_TOKENS;
            // It loaded or unloaded a model, and had it say nothing.
            case "load", "unload" -> throw OllamaErrors.broken("the provider's reply holds no message");
            default -> throw OllamaErrors.broken("the provider ended the message for a reason that is not known: "
                    + Text.excerpt(reason));
        };
    }

    private Usage usage(ReplyLine line) {
        Usage estimate = opening.usage();
        long output = line.outputTokens() > 0 ? line.outputTokens() : TokenEstimate.ofBytes(outputBytes);
        return line.promptTokens() > 0
                ? Usage.of(line.promptTokens(), output)
                : estimate.withOutputTokens(output);
    }

    /** Counts the bytes of a text, for the estimate where the provider tells no usage. */
    private void count(String text) {
        outputBytes += Text.utf8Length(text);
    }
}
