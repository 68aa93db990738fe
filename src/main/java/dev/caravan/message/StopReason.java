package dev.caravan.message;

import java.util.Locale;

/**
 * Why a message ended.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages, stop_reason</a>
 */
public enum StopReason {
    END_TURN, MAX_TOKENS, STOP_SEQUENCE, TOOL_USE, PAUSE_TURN, REFUSAL, MODEL_CONTEXT_WINDOW_EXCEEDED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The value of {@code stop_reason} on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The reason whose wire name this is, or null for one that the API does not have. */
    public static StopReason ofWireName(String name) {
        for (StopReason reason : values()) {
            if (reason.wireName.equals(name)) {
                return reason;
            }
        }
        return null;
    }
}
