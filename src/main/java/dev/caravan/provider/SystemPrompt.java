package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The system prompt for a provider other than Anthropic. Claude Code begins it with a line that changes from request to request
 * and tells Anthropic whom to bill; a model has no use for it and it would spoil a prompt cache, so it is left out.
 */
public final class SystemPrompt {
    private static final String BILLING_LINE = "x-anthropic-billing-header:";
    private static final String PARAGRAPH = "\n\n";

    private SystemPrompt() {}

    /** The blocks without the billing line; a block that was nothing but that line is gone. */
    public static List<ContentBlock> blocks(List<ContentBlock> system) {
        List<ContentBlock> kept = new ArrayList<>(system.size());
        for (ContentBlock block : system) {
            if (block instanceof Text text && text.text().startsWith(BILLING_LINE)) {
                int lineEnd = text.text().indexOf('\n');
                String rest = lineEnd < 0 ? "" : text.text().substring(lineEnd).stripLeading();
                if (!rest.isEmpty()) {
                    kept.add(new Text(rest));
                }
            } else {
                kept.add(block);
            }
        }
        return kept;
    }

    /** The texts of those blocks as one, a blank line between them; empty if there is none. */
    public static String text(List<ContentBlock> system) {
        StringBuilder prompt = new StringBuilder();
        for (ContentBlock block : blocks(system)) {
            if (block instanceof Text text && !text.text().isEmpty()) {
                prompt.append(prompt.isEmpty() ? "" : PARAGRAPH).append(text.text());
            }
        }
        return prompt.toString();
    }

    /** Writes those texts as the message of the role {@code system} that begins a conversation; nothing if there is none. */
    public static void writeMessage(List<ContentBlock> system, JsonGenerator out) throws IOException {
        String text = text(system);
        if (!text.isEmpty()) {
            out.writeStartObject();
            out.writeStringField("role", "system");
            out.writeStringField("content", text);
            out.writeEndObject();
        }
    }
}
