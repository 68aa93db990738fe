package dev.caravan.message;

import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
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
import java.util.List;
import java.util.stream.Collectors;

/**
 * Events as lines that a table of expectations can hold, one event a line:
 *
 * <pre>
 * start
 * 0 text
 * 0 +Hello
 * 0 stop
 * 1 tool_use call_1 get_weather
 * 1 +{"city":"Bern"}
 * 1 stop
 * end tool_use in 7 created 0 read 4 out 9 thinking 5
 * stop
 * </pre>
 */
public final class EventText {
    private EventText() {}

    public static String of(List<MessageEvent> events) {
        return events.stream().map(EventText::line).collect(Collectors.joining("\n"));
    }

    /** The events as the wire has them: a name, a space, the JSON. */
    public static String wire(List<MessageEvent> events) {
        return EventGrammar.frames(events).stream().map(frame -> frame.event() + " " + frame.data())
                .collect(Collectors.joining("\n"));
    }

    private static String thinking(Usage usage) {
        return usage.thinkingTokens() == 0 ? "" : " thinking " + usage.thinkingTokens();
    }

    private static String line(MessageEvent event) {
        return switch (event) {
            case MessageStart start -> "start";
            case ContentBlockStart start -> start.index() + " " + switch (start.block()) {
                case TextBlock text -> "text";
                case ThinkingBlock thinking -> "thinking";
                case RedactedThinkingBlock redacted -> "redacted_thinking " + redacted.data();
                case ToolUseBlock tool -> "tool_use " + tool.id() + " " + tool.name();
            };
            case ContentBlockDelta delta -> delta.index() + " " + switch (delta.delta()) {
                case TextDelta text -> "+" + text.text();
                case ThinkingDelta thinking -> "+" + thinking.thinking();
                case InputJsonDelta input -> "+" + input.partialJson();
                case SignatureDelta signature -> "signature " + signature.signature();
            };
            case ContentBlockStop stop -> stop.index() + " stop";
            case MessageDelta delta ->
                "end " + delta.stopReason().wireName() + " in " + delta.usage().inputTokens() + " created "
                        + delta.usage().cacheCreationInputTokens() + " read " + delta.usage().cacheReadInputTokens()
                        + " out " + delta.usage().outputTokens() + thinking(delta.usage());
            case MessageStop stop -> "stop";
            case Ping ping -> "ping";
            case RawEvent raw -> "raw " + raw.name();
            case RawMessage raw -> "raw message";
        };
    }
}
