package dev.caravan.chatcompletions;

import dev.caravan.message.ReplyFormat;

/** Which addresses are those of this API, for failures that come before any route has the request. */
public final class ChatDoor {
    private static final String BELOW = "/v1/chat/";
    private static final ReplyFormat ERRORS = new ChatErrors(new FieldPaths());

    private ChatDoor() {}

    /**
     * How a failure is told at an address.
     *
     * @param address a path and perhaps a query, as the client wrote it, which need not be well-formed
     */
    public static ReplyFormat format(String address) {
        return address.startsWith(BELOW) ? ERRORS : ReplyFormat.MESSAGES_API;
    }
}
