package dev.caravan.message;

import java.util.List;

/**
 * One turn of the conversation.
 *
 * @param content its blocks; a string on the wire is one block of text
 */
public record InputMessage(Role role, List<ContentBlock> content) {
    public InputMessage {
        content = List.copyOf(content);
    }

    /** Who speaks; {@code system} turns may stand between the others. */
    public enum Role {
        USER, ASSISTANT, SYSTEM
    }
}
