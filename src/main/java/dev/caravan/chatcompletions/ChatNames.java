package dev.caravan.chatcompletions;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;

/** What the one API calls otherwise than the other. */
final class ChatNames {
    private static final String MESSAGE = "msg_";

    private ChatNames() {}

    /** The id of the completion that tells this message. */
    static String completionId(String messageId) {
        return "chatcmpl-" + (messageId.startsWith(MESSAGE) ? messageId.substring(MESSAGE.length()) : messageId);
    }

    /**
     * Why the message ended.
     *
     * @param stopReason {@code stop_reason} as on the wire
     * @param functions whether calls are told as those of functions of old
     * @throws ApiException 502 for a message that ended without a reason
     */
    static String finishReason(String stopReason, boolean functions) {
        return switch (stopReason) {
            case "end_turn", "stop_sequence", "pause_turn" -> "stop";
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> functions ? "function_call" : "tool_calls";
            case "refusal" -> "content_filter";
            case "" -> throw new ApiException(502, ErrorType.API_ERROR, "the message ended without a stop reason");
            default -> throw new ApiException(502, ErrorType.API_ERROR,
                    "the message ended for a reason that has no counterpart here: " + Text.excerpt(stopReason));
        };
    }

    /** The capacity that served the request. */
    static String serviceTier(String tier) {
        return tier.equals("standard") ? "default" : tier;
    }

    /** What a client that knows no parallel calls cannot be told. */
    static ApiException secondCall() {
        return new ApiException(502, ErrorType.API_ERROR,
                "the model called more than one function at once, which only a request with tools can be told");
    }
}
