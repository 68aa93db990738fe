package dev.caravan.provider.openai;

import dev.caravan.message.ContentBlock;
import java.util.List;

/**
 * The system prompt as one text. Claude Code puts a line before it that changes from request to request and tells Anthropic
 * whom to bill; here it would only spoil the provider's prompt cache, so it is left out.
 */
final class SystemPrompt {
    private static final String BILLING_LINE = "x-anthropic-billing-header:";

    private SystemPrompt() {}

    /** The texts of the blocks, a blank line between them; empty if there is none. */
    static String of(List<ContentBlock> system) {
        StringBuilder prompt = new StringBuilder();
        for (ContentBlock block : system) {
            if (block instanceof ContentBlock.Text text) {
                String said = withoutBillingLine(text.text());
                if (!said.isEmpty()) {
                    prompt.append(prompt.isEmpty() ? "" : Parts.PARAGRAPH).append(said);
                }
            }
        }
        return prompt.toString();
    }

    private static String withoutBillingLine(String text) {
        if (!text.startsWith(BILLING_LINE)) {
            return text;
        }
        int lineEnd = text.indexOf('\n');
        return lineEnd < 0 ? "" : text.substring(lineEnd).stripLeading();
    }
}
