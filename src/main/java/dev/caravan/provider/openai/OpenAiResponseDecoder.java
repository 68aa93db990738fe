package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiOptions.PrematureEnd;
import dev.caravan.config.OpenAiOptions.ReasoningReplay;
import dev.caravan.message.ApiException;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Decodes the reply of a chat completions server.
 *
 * <p>
 * The message opens with the first chunk that holds output, so that an error behind a chunk which only names the role still
 * finds a reply without a status. It ends when both the finish reason and, with it or behind it, the usage have come, else with
 * {@code [DONE]} or the end of the stream. {@code [DONE]} without a finish reason ends the message as if it were complete, for
 * servers that send none, unless nothing was said or a tool's arguments are cut off. The end of the stream without either is an
 * error, unless the provider's options accept it; cut-off arguments are always one.
 *
 * <p>
 * The dialect does not tell which stop sequence was met, so such a message ends with {@code end_turn}, unless the server does so
 * beside the finish reason, as vLLM and SGLang do. It does not sign
 * reasoning, so Caravan does, in a form that it recognises later. Not thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/streaming">OpenAI: The chat completion chunk object</a>
 */
public final class OpenAiResponseDecoder implements ResponseDecoder {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};
    static final String SIGNATURE = ContentBlock.Thinking.MINTED_SIGNATURE + "openai";

    private final MessageStart opening;
    private final OpenAiOptions options;
    private final List<String> stopSequences;
    private final EventSequencer out;
    private final ToolCalls toolCalls;

    private final ReasoningDetails details = new ReasoningDetails();
    private boolean detailsToTell;
    private String finishReason = "";
    private String matchedStop = "";
    private String serviceTier;
    private OpenAiUsage usage;
    private boolean refused;
    private boolean answered;
    private long outputBytes;

    /**
     * A decoder of one reply.
     *
     * @param out takes the events
     * @param opening how the message opens
     * @param names the tools' names that the request was encoded with
     */
    public OpenAiResponseDecoder(Consumer<MessageEvent> out, MessageStart opening, ToolNames names,
            OpenAiOptions options) {
        this(out, opening, names, options, List.of());
    }

    /** @param stopSequences those of the request */
    OpenAiResponseDecoder(Consumer<MessageEvent> out, MessageStart opening, ToolNames names, OpenAiOptions options,
            List<String> stopSequences) {
        this.opening = opening;
        this.options = options;
        this.stopSequences = stopSequences;
        this.out = new EventSequencer(out);
        this.toolCalls = new ToolCalls(this.out, names);
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) {
        int start = offset;
        int end = offset + length;
        while (start < end && buffer[start] <= ' ' && buffer[start] >= 0) {
            start++;
        }
        if (out.finished() || start == end) {
            return;
        }
        if (isDone(buffer, start, end)) {
            done();
        } else if ("error".equals(type)) {
            throw OpenAiErrors.inReply(ProviderError.of(buffer, start, end - start));
        } else {
            chunk(buffer, start, end - start);
        }
    }

    private void chunk(byte[] buffer, int offset, int length) {
        Chunk chunk;
        try {
            chunk = ChunkReader.chunk(buffer, offset, length);
        } catch (IOException e) {
            throw OpenAiErrors.broken("the provider sent an event that is no JSON object");
        }
        note(chunk);
        if (chunk.hasOutput() && !chunk.whole()) {
            say(chunk);
            toolCalls.fragments(chunk.calls());
        } else if (chunk.hasOutput() && !out.started()) { // else it repeats what has been told
            say(chunk);
            toolCalls.complete(chunk.calls());
        }
        if (!finishReason.isEmpty() && chunk.usage() != null) {
            finish();
        }
    }

    @Override
    public void message(byte[] json) {
        Chunk reply;
        try {
            reply = ChunkReader.completion(json, 0, json.length);
        } catch (IOException e) {
            throw OpenAiErrors.broken("the provider's reply is no JSON object");
        }
        note(reply);
        if (!reply.hasOutput() && reply.finishReason().isEmpty()) {
            throw OpenAiErrors.broken("the provider's reply holds no message");
        }
        say(reply);
        toolCalls.complete(reply.calls());
        finish();
    }

    @Override
    public void end() {
        if (out.finished()) {
            return;
        }
        boolean acceptable = !finishReason.isEmpty() || options.prematureEnd() == PrematureEnd.ACCEPT && whole();
        if (!acceptable) {
            throw OpenAiErrors.broken("the provider's stream ended before the message did");
        }
        finish();
    }

    @Override
    public boolean finished() {
        return out.finished();
    }

    private void done() {
        if (finishReason.isEmpty() && !whole()) {
            throw OpenAiErrors.broken("the provider's stream ended before the message did");
        }
        finish();
    }

    /** Whether what was said so far can be all: something was, and no tool's arguments are cut off. */
    private boolean whole() {
        return out.started() && !out.insideArguments();
    }

    /** Takes note of all but the output. */
    private void note(Chunk chunk) {
        if (chunk.error() != null) {
            throw OpenAiErrors.inReply(chunk.error());
        }
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        // Some servers say null in quotes while the reply goes on.
        if (!chunk.finishReason().isEmpty() && !chunk.finishReason().equals("null")) {
            finishReason = chunk.finishReason();
        }
        if (chunk.serviceTier() != null) {
            serviceTier = chunk.serviceTier();
        }
        if (!chunk.matchedStop().isEmpty()) {
            matchedStop = chunk.matchedStop();
        }
    }

    private void open() {
        out.start(opening.id(), opening.model(), opening.usage().servedBy(serviceTier));
    }

    private void say(Chunk chunk) {
        open();
        think(chunk.reasoning());
        details(chunk);
        for (Chunk.Piece piece : chunk.content()) {
            if (piece.thinking()) {
                think(piece.text());
            } else {
                answered = true;
                count(piece.text());
                out.text(piece.text());
            }
        }
        if (!chunk.refusal().isEmpty()) {
            refused = true;
            count(chunk.refusal());
            out.text(chunk.refusal());
        }
        for (Chunk.ToolFragment fragment : chunk.calls()) {
            count(fragment.name());
            count(fragment.arguments());
        }
    }

    /** The details travel in the signature, which is told when something else begins. */
    private void details(Chunk chunk) {
        if (options.reasoning().replay() == ReasoningReplay.REASONING_DETAILS && !chunk.reasoningDetails().isEmpty()) {
            try {
                details.add(chunk.reasoningDetails());
                detailsToTell = true;
            } catch (IOException e) {
                throw OpenAiErrors.broken("the provider sent reasoning details that are no JSON");
            }
        }
        boolean others = !(chunk.content().isEmpty() && chunk.refusal().isEmpty() && chunk.calls().isEmpty());
        if (others) {
            sign();
        }
    }

    private void sign() {
        if (detailsToTell) {
            detailsToTell = false;
            // Encrypted reasoning may come without a text, and behind what it led to.
            String signature = details.signature();
            if (!out.signature(signature)) {
                out.seal(signature);
            }
            details.clear();
        }
    }

    private void think(String thought) {
        if (!thought.isEmpty()) {
            count(thought);
            out.thinking(thought);
            out.signature(SIGNATURE);
        }
    }

    private void finish() {
        StopReason reason = stopReason();
        open();
        if (answered && !out.toolUsed()) {
            // Details behind the answer: clients take the last block for it, so none is begun for them.
            detailsToTell = detailsToTell && out.signature(details.signature());
        } else {
            sign();
        }
        boolean stopped = reason == StopReason.END_TURN && stopSequences.contains(matchedStop);
        out.finish(stopped ? StopReason.STOP_SEQUENCE : reason, stopped ? matchedStop : null, usage());
    }

    private StopReason stopReason() {
        return switch (finishReason.toLowerCase(Locale.ROOT)) {
            // The second line is what Text Generation Inference, Together and Cohere say of an end of the model's own.
            case "", "stop", "tool_calls", "function_call", "end_turn", "stop_sequence", "tool_use",
                    "eos", "eos_token", "complete" ->
                // A call is a call, and none is none, whatever the provider says: a client would wait for the other for ever.
                out.toolUsed() ? StopReason.TOOL_USE : refused ? StopReason.REFUSAL : StopReason.END_TURN;
            case "length", "max_tokens" -> StopReason.MAX_TOKENS;
            // Mistral, Z.ai: prompt and reply together were longer than the model can take.
            case "model_length", "model_context_window_exceeded" -> StopReason.MODEL_CONTEXT_WINDOW_EXCEEDED;
            // Z.ai calls it sensitive.
            case "content_filter", "sensitive" -> StopReason.REFUSAL;
            // vLLM and SGLang of a request that they gave up; Z.ai of a failure while the model ran.
            case "abort", "network_error" -> throw OpenAiErrors.broken("the provider broke the message off: "
                    + finishReason);
            case "error" -> throw OpenAiErrors.inReply(ProviderError.SILENT);
            case "insufficient_system_resource" -> throw new ApiException(ErrorType.OVERLOADED_ERROR,
                    "the provider ran out of resources before the message was complete");
            default -> throw OpenAiErrors.broken("the provider ended the message for a reason that is not known: "
                    + Text.excerpt(finishReason));
        };
    }

    private Usage usage() {
        Usage estimate = opening.usage().withOutputTokens(TokenEstimate.ofBytes(outputBytes));
        return (usage == null ? estimate : usage.toUsage(estimate)).servedBy(serviceTier);
    }

    private static boolean isDone(byte[] buffer, int start, int end) {
        if (end - start < DONE.length) {
            return false;
        }
        for (int i = 0; i < DONE.length; i++) {
            if (buffer[start + i] != DONE[i]) {
                return false;
            }
        }
        return true;
    }

    /** Counts the bytes of UTF-8 that a text has, for the estimate where the provider tells no usage. */
    private void count(String text) {
        outputBytes += Text.utf8Length(text);
    }
}
