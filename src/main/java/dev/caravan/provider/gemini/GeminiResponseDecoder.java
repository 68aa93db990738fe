package dev.caravan.provider.gemini;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.gemini.Chunk.FunctionCall;
import dev.caravan.provider.gemini.Chunk.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decodes the reply of Gemini. The message opens with the first part, so that an error before it still finds a reply without a
 * status. It ends with the stream: some models tell a finish reason in every chunk, and Gemini sends no other mark. The end of a
 * stream that told no reason is an error, and so is a reason that is none for a message to end, known or not.
 *
 * <p>
 * Gemini does not tell which stop sequence was met, so such a message ends with {@code end_turn}. A function call comes whole,
 * mostly without an id; it then gets one that follows from the message's. Not thread-safe.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#FinishReason">Gemini API: FinishReason</a>
 */
public final class GeminiResponseDecoder implements ResponseDecoder {
    /** More than an error has; what is longer is no error. */
    private static final int MAX_UNFRAMED = 64 * 1024;
    private static final String TOO_EARLY = "the provider's stream ended before the message did";

    private final MessageStart opening;
    private final EventSequencer out;
    private final ToolNames names;
    private ByteArrayOutputStream unframed;

    private String finishReason = "";
    private String finishMessage = "";
    private String blockReason = "";
    private GeminiUsage usage;
    private String waitingSignature = "";
    private boolean textOpen;
    private int calls;
    private long outputBytes;

    /**
     * A decoder of one reply.
     *
     * @param out takes the events
     * @param opening how the message opens
     * @param names the tools' names that the request was encoded with
     */
    public GeminiResponseDecoder(Consumer<MessageEvent> out, MessageStart opening, ToolNames names) {
        this.opening = opening;
        this.names = names;
        this.out = new EventSequencer(out);
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) {
        if (out.finished() || isBlank(buffer, offset, length)) {
            return;
        }
        try {
            take(ChunkReader.read(buffer, offset, length));
        } catch (IOException e) {
            throw GeminiErrors.broken("the provider sent an event that is no JSON object");
        }
    }

    private static boolean isBlank(byte[] buffer, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffer[i] > ' ' || buffer[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Gemini reports a failure in the midst of a stream as the JSON of its errors, without a frame around it. */
    @Override
    public void unframed(byte[] buffer, int offset, int length) {
        if (unframed == null) {
            unframed = new ByteArrayOutputStream();
        }
        if (length < MAX_UNFRAMED - unframed.size()) {
            unframed.write(buffer, offset, length);
            unframed.write('\n');
        }
    }

    @Override
    public void message(byte[] json) {
        try {
            List<Chunk> chunks = ChunkReader.readAll(json);
            chunks.forEach(this::take);
        } catch (IOException e) {
            throw GeminiErrors.broken("the provider's reply is no JSON object");
        }
        if (!ended()) {
            throw GeminiErrors.broken("the provider's reply holds no whole message");
        }
        finish();
    }

    @Override
    public void end() {
        if (out.finished()) {
            return;
        }
        if (unframed != null) {
            ApiException failure = GeminiErrors.unframed(unframed.toByteArray());
            if (failure != null) {
                throw failure;
            }
        }
        if (!ended()) {
            throw GeminiErrors.broken(TOO_EARLY);
        }
        finish();
    }

    private boolean ended() {
        return !finishReason.isEmpty() || !blockReason.isEmpty();
    }

    @Override
    public boolean finished() {
        return out.finished();
    }

    private void take(Chunk chunk) {
        if (chunk.error() != null) {
            throw chunk.error();
        }
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        if (!chunk.blockReason().isEmpty() && !chunk.blockReason().equals("BLOCK_REASON_UNSPECIFIED")) {
            blockReason = chunk.blockReason();
        }
        for (Part part : chunk.parts()) {
            say(part);
        }
        if (!chunk.finishReason().isEmpty() && !chunk.finishReason().equals("FINISH_REASON_UNSPECIFIED")) {
            finishReason = chunk.finishReason();
            finishMessage = chunk.finishMessage();
        }
    }

    private void say(Part part) {
        if (part.call() != null) {
            open();
            call(part.call(), part.signature());
        } else if (part.thought()) {
            think(part.text(), part.signature());
        } else if (!part.text().isEmpty()) {
            open();
            text(part.text(), part.signature());
        } else if (!part.signature().isEmpty()) {
            waitingSignature = part.signature();
        }
    }

    private void open() {
        out.start(opening.id(), opening.model(), opening.usage());
    }

    private void think(String thought, String signature) {
        if (thought.isEmpty() && signature.isEmpty()) {
            return;
        }
        open();
        endText();
        count(thought);
        out.thinking(thought);
        if (signature.isEmpty()) {
            out.signature(ThoughtSignature.NONE);
        } else {
            out.seal(ThoughtSignature.own(signature));
        }
    }

    /** A signature can only go before its text: where some of that has been told, it goes behind all of it. */
    private void text(String text, String signature) {
        if (!textOpen) {
            sealNext(signature);
        } else if (!signature.isEmpty()) {
            waitingSignature = signature;
        }
        textOpen = true;
        count(text);
        out.text(text);
    }

    /** Ends the text that was told so far with the signature that came in its midst or alone behind it. */
    private void endText() {
        if (textOpen) {
            sealEnd();
        }
        textOpen = false;
    }

    private void sealEnd() {
        if (!waitingSignature.isEmpty()) {
            out.seal(ThoughtSignature.end(waitingSignature));
            waitingSignature = "";
        }
    }

    private void call(FunctionCall call, String signature) {
        endText();
        sealNext(signature);
        count(call.name());
        count(call.args());
        String id = call.id().isEmpty() ? mintedId() : call.id();
        String args = call.args().isEmpty() ? "{}" : call.args();
        out.tool(calls, id, names.fromProvider(call.name()), args);
        out.endTool(calls);
        calls++;
    }

    private void sealNext(String signature) {
        String own = signature.isEmpty() ? waitingSignature : signature;
        waitingSignature = "";
        if (!own.isEmpty()) {
            out.seal(ThoughtSignature.next(own));
        }
    }

    /** One for each call of each message; the same reply gives the same ids. */
    private String mintedId() {
        String message = opening.id();
        String unique = message.startsWith("msg_") ? message.substring("msg_".length()) : message;
        return "toolu_" + unique + "_" + calls;
    }

    private void finish() {
        StopReason reason = stopReason();
        open();
        // Clients take the last block for the answer, and Gemini does not insist on the signature of a text.
        if (!textOpen || out.toolUsed()) {
            sealEnd();
        }
        out.finish(reason, null, usage());
    }

    private StopReason stopReason() {
        if (finishReason.isEmpty()) {
            return StopReason.REFUSAL;
        }
        return switch (finishReason) {
            case "STOP" ->
                !blockReason.isEmpty()
                        ? StopReason.REFUSAL
                        : out.toolUsed() ? StopReason.TOOL_USE : StopReason.END_TURN;
            case "MAX_TOKENS" -> StopReason.MAX_TOKENS;
            case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
                    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION" ->
                StopReason.REFUSAL;
            default -> throw GeminiErrors.broken("the model's reply ended with " + Text.excerpt(finishReason)
                    + (finishMessage.isEmpty() ? "" : ": " + Text.excerpt(finishMessage, 500)));
        };
    }

    private Usage usage() {
        Usage estimate = opening.usage().withOutputTokens(outputBytes == 0 ? 0 : TokenEstimate.ofBytes(outputBytes));
        return usage == null ? estimate : usage.toUsage(estimate, outputBytes > 0);
    }

    /** Counts the bytes of UTF-8 that a text has, for the estimate where the provider tells no usage. */
    private void count(String text) {
        outputBytes += Text.utf8Length(text);
    }
}
