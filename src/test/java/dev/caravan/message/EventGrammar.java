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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds a stream of events against the grammar that strict clients enforce: one {@code message_start} first; blocks with indices
 * from 0, start, deltas, stop, never two open at once; deltas of the block's own type; no empty text or reasoning; at least one
 * fragment of a tool's input; a signature once, last in its block; unique tool ids of the API's form; one {@code message_delta},
 * {@code message_stop}, and nothing behind it; pings only in between.
 */
public final class EventGrammar {
    private boolean started;
    private boolean ended;
    private boolean stopped;
    private int blocks;
    private OutputBlock open;
    private int deltas;
    private int characters;
    private boolean signed;
    private final Set<String> toolIds = new HashSet<>();

    private EventGrammar() {}

    /** Checks a whole message. */
    public static void check(List<MessageEvent> events) {
        EventGrammar grammar = read(events);
        require(grammar.stopped, "the message never stopped", events);
    }

    /** Checks what came before a failure: a proper beginning, and no end. */
    public static void checkCutOff(List<MessageEvent> events) {
        EventGrammar grammar = read(events);
        require(!grammar.ended, "a message that failed has an end", events);
    }

    private static EventGrammar read(List<MessageEvent> events) {
        EventGrammar grammar = new EventGrammar();
        for (int i = 0; i < events.size(); i++) {
            String problem = grammar.next(events.get(i));
            require(problem == null, "event " + i + ": " + problem, events);
        }
        return grammar;
    }

    private static void require(boolean holds, String problem, List<MessageEvent> events) {
        if (!holds) {
            throw new AssertionError(
                    problem + "\n" + String.join("\n", events.stream().map(Object::toString).toList()));
        }
    }

    /** What is wrong with this event here, null if nothing. */
    private String next(MessageEvent event) {
        if (stopped) {
            return "follows message_stop";
        }
        if (!started && !(event instanceof MessageStart)) {
            return "comes before message_start";
        }
        return switch (event) {
            case MessageStart start -> start(start);
            case ContentBlockStart start -> start(start);
            case ContentBlockDelta delta -> delta(delta);
            case ContentBlockStop stop -> stop(stop);
            case MessageDelta delta -> end(delta);
            case MessageStop stop -> {
                stopped = true;
                yield ended ? null : "message_stop without message_delta";
            }
            case Ping ping -> null;
            case RawEvent raw -> "a raw event in a translated stream";
            case RawMessage raw -> "a raw message in a translated stream";
        };
    }

    private String start(MessageStart start) {
        if (started) {
            return "a second message_start";
        }
        started = true;
        if (!start.id().startsWith("msg_")) {
            return "a message's id begins msg_";
        }
        return start.usage().inputTokens() > 0 ? null : "input_tokens is 0";
    }

    private String start(ContentBlockStart start) {
        if (ended) {
            return "a block after message_delta";
        }
        if (open != null) {
            return "a block opens while another is open";
        }
        if (start.index() != blocks) {
            return "expected index " + blocks;
        }
        open = start.block();
        deltas = 0;
        characters = 0;
        signed = false;
        if (open instanceof ToolUseBlock tool) {
            if (!tool.id().matches("[a-zA-Z0-9_-]+")) {
                return "a tool id of the wrong form";
            }
            if (!toolIds.add(tool.id())) {
                return "a tool id is used twice";
            }
            return tool.name().isEmpty() ? "a tool without a name" : null;
        }
        return null;
    }

    private String delta(ContentBlockDelta delta) {
        if (open == null || delta.index() != blocks) {
            return "a delta outside of its block";
        }
        if (signed) {
            return "a delta after the signature";
        }
        deltas++;
        return switch (delta.delta()) {
            case TextDelta text -> {
                characters += text.text().length();
                yield open instanceof TextBlock ? null : "text in another kind of block";
            }
            case ThinkingDelta thinking -> {
                characters += thinking.thinking().length();
                yield open instanceof ThinkingBlock ? null : "reasoning in another kind of block";
            }
            case SignatureDelta signature -> {
                signed = true;
                yield open instanceof ThinkingBlock ? null : "a signature in another kind of block";
            }
            case InputJsonDelta input -> open instanceof ToolUseBlock ? null : "input in another kind of block";
        };
    }

    private String stop(ContentBlockStop stop) {
        if (open == null || stop.index() != blocks) {
            return "a stop outside of its block";
        }
        OutputBlock closed = open;
        open = null;
        blocks++;
        return switch (closed) {
            case TextBlock text -> characters > 0 ? null : "a block of empty text";
            case ThinkingBlock thinking -> characters > 0 ? null : "a block of empty reasoning";
            case ToolUseBlock tool -> deltas > 0 ? null : "a tool's input without a fragment";
            case RedactedThinkingBlock redacted -> deltas == 0 ? null : "redacted reasoning with deltas";
        };
    }

    private String end(MessageDelta delta) {
        if (open != null) {
            return "message_delta inside a block";
        }
        if (ended) {
            return "a second message_delta";
        }
        ended = true;
        if (delta.stopReason() == null) {
            return "no stop reason";
        }
        boolean named = delta.stopSequence() != null;
        return named == (delta.stopReason() == StopReason.STOP_SEQUENCE) ? null : "stop_sequence against stop_reason";
    }
}
