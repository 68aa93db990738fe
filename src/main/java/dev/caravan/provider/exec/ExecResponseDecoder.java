package dev.caravan.provider.exec;

import static dev.caravan.message.ContentBlock.Thinking.MINTED_SIGNATURE;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.RawJson;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Usage;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.exec.ExecLine.Done;
import dev.caravan.provider.exec.ExecLine.Failure;
import dev.caravan.provider.exec.ExecLine.Tokens;
import dev.caravan.provider.exec.ExecLine.ToolUse;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Decodes what a process writes, see {@code docs/exec-protocol.md}. The message opens with the first line that says something of
 * it, so that an error before that keeps its status; usage that came earlier is in its {@code message_start}. The end of stdout
 * with exit code 0, for which {@link #end()} stands, completes a message as a {@code done} line does. Not thread-safe.
 */
public final class ExecResponseDecoder implements ResponseDecoder {
    /** The longest message of an error line that is passed on, in characters. */
    private static final int MAX_ERROR = 2_000;

    private final String provider;
    private final MessageStart start;
    private final EventSequencer events;
    private final Set<String> toolIds = new HashSet<>();
    private Usage usage;
    private boolean outputCounted;
    private long outputBytes;
    private int tools;
    /** Whether the input of the call before {@link #tools} is to follow, in pieces. */
    private boolean toolOpen;
    /** How many pieces of it have come. */
    private int pieces;

    /**
     * @param provider the provider's name, for errors
     * @param start opens the message, with an estimate of the prompt's tokens
     * @param out takes the events
     */
    public ExecResponseDecoder(String provider, MessageStart start, Consumer<MessageEvent> out) {
        this.provider = provider;
        this.start = start;
        this.usage = start.usage();
        this.events = new EventSequencer(out);
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (finished()) {
            return;
        }
        try {
            line(ExecLine.read(buffer, offset, length));
        } catch (ExecLine.ExecLineException e) {
            throw broken(e.getMessage());
        }
    }

    private void line(ExecLine line) {
        if (toolOpen && endsTool(line)) {
            endTool(line.done != null ? line.done.stopReason() : null);
        }
        if (line.thinking != null) {
            open();
            count(line.thinking);
            events.thinking(line.thinking);
        }
        if (line.signature != null && !line.signature.isEmpty() && events.started()) {
            events.signature(notAnthropics(line.signature));
        }
        if (line.text != null) {
            open();
            count(line.text);
            events.text(line.text);
        }
        if (line.toolUse != null) {
            open();
            tool(line.toolUse);
        }
        if (line.toolInput != null) {
            toolInput(line.toolInput);
        }
        if (line.usage != null) {
            usage(line.usage);
        }
        if (line.error != null) {
            throw failure(line.error);
        }
        if (line.cancelled) {
            throw broken("the process gave up the request without being asked to");
        }
        if (line.done != null) {
            done(line.done);
        }
    }

    /** Marked as no signature of Anthropic's, so that it is not sent there when the conversation goes on elsewhere. */
    private static String notAnthropics(String signature) {
        return signature.startsWith(MINTED_SIGNATURE) ? signature : MINTED_SIGNATURE + signature;
    }

    private void open() {
        events.start(start.id(), start.model(), usage);
    }

    private void count(String output) {
        outputBytes += Text.utf8Length(output);
    }

    private void tool(ToolUse call) {
        // An id given twice would make one result answer two calls: the second call gets an id of its own.
        boolean usable = call.id() != null && !call.id().isEmpty() && toolIds.add(call.id());
        String input = call.input() == null ? null : call.input().text();
        events.tool(tools++, usable ? call.id() : null, call.name(), input);
        toolOpen = input == null;
        pieces = 0;
        if (!toolOpen) {
            count(input);
            events.endTool(tools - 1);
        }
    }

    private void toolInput(String piece) {
        if (!toolOpen) {
            throw broken("tool_input: no call has begun whose input is to follow");
        }
        count(piece);
        pieces++;
        events.tool(tools - 1, null, null, piece);
    }

    private static boolean endsTool(ExecLine line) {
        return line.thinking != null || line.text != null || line.toolUse != null || line.done != null;
    }

    /** @param stopReason why the message ends here, null when it does not, or it is not said */
    private void endTool(String stopReason) {
        // A message that is cut short is so wherever it is.
        boolean cut = stopReason != null
                && (stopReason.equals(StopReason.MAX_TOKENS.wireName())
                        || stopReason.equals(StopReason.MODEL_CONTEXT_WINDOW_EXCEEDED.wireName()));
        if (events.insideArguments() && !cut) {
            throw broken("tool_input: the pieces are not one JSON object");
        }
        if (pieces == 0) {
            count(RawJson.EMPTY_OBJECT.text());
        }
        events.endTool(tools - 1);
        toolOpen = false;
    }

    private void usage(Tokens tokens) {
        outputCounted |= tokens.output().isPresent();
        usage = new Usage(tokens.input().orElse(usage.inputTokens()),
                tokens.cacheCreation().orElse(usage.cacheCreationInputTokens()),
                tokens.cacheRead().orElse(usage.cacheReadInputTokens()), tokens.output().orElse(usage.outputTokens()));
    }

    private void done(Done done) {
        StopReason reason = StopReason.END_TURN;
        if (done.stopReason() != null) {
            reason = StopReason.ofWireName(done.stopReason());
        } else if (done.stopSequence() != null) {
            reason = StopReason.STOP_SEQUENCE;
        }
        if (reason == null) {
            throw broken("done.stop_reason: \"" + Text.excerpt(done.stopReason()) + "\" is no stop reason of the API");
        }
        finish(reason, done.stopSequence());
    }

    /** A client acts on its calls because of the stop reason, so the two are made to agree; why a message was cut stays. */
    private void finish(StopReason said, String stopSequence) {
        open();
        StopReason reason = switch (said) {
            case END_TURN, TOOL_USE -> finishedByItself();
            // The API always names the sequence; a client that looks for it would find nothing.
            case STOP_SEQUENCE -> stopSequence == null ? finishedByItself() : said;
            default -> said;
        };
        Usage total = outputCounted ? usage : usage.withOutputTokens(TokenEstimate.ofBytes(outputBytes));
        events.finish(reason, reason == StopReason.STOP_SEQUENCE ? stopSequence : null, total);
    }

    private StopReason finishedByItself() {
        return events.toolUsed() ? StopReason.TOOL_USE : StopReason.END_TURN;
    }

    private ApiException failure(Failure failure) {
        // A credential that the process uses is not the client's, which has nothing to put right there.
        ErrorType type = switch (ErrorType.ofWireName(failure.type())) {
            case AUTHENTICATION_ERROR, PERMISSION_ERROR, BILLING_ERROR, CONFLICT_ERROR -> ErrorType.API_ERROR;
            case ErrorType other -> other;
        };
        String message = failure.message() == null || failure.message().isBlank()
                ? "the process reported an error without a message"
                : Text.excerpt(failure.message(), MAX_ERROR);
        return new ApiException(type, "provider " + provider + ": " + message);
    }

    private ApiException broken(String problem) {
        return new ApiException(502, ErrorType.API_ERROR, "provider " + provider + ": " + problem);
    }

    /** Takes a reply that is a single line. */
    @Override
    public void message(byte[] json) throws IOException {
        event("message", json, 0, json.length);
        end();
    }

    @Override
    public void end() {
        if (!finished()) {
            if (toolOpen) {
                endTool(null);
            }
            finish(StopReason.END_TURN, null);
        }
    }

    @Override
    public boolean finished() {
        return events.finished();
    }
}
