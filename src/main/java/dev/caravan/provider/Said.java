package dev.caravan.provider;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * What the assistant said, for dialects that know text, calls and reasoning and nothing else of it: documents and search results
 * that are text are text, and what Anthropic's own tools did is left out.
 */
public sealed interface Said {
    /** Text, which may be empty. */
    record Words(String text) implements Said {}

    /** A call of a tool. */
    record Called(ToolUse call) implements Said {}

    /** Reasoning, whoever signed it. */
    record Thought(Thinking thinking) implements Said {}

    /** Reasoning that only Anthropic can read. */
    record Redacted(RedactedThinking thinking) implements Said {}

    /**
     * What was said, in its order.
     *
     * @throws dev.caravan.message.ApiException 400 for a block that is none of these
     */
    static List<Said> of(Conversation.Answer answer) {
        List<Said> all = new ArrayList<>(answer.blocks().size());
        for (Conversation.Placed placed : answer.blocks()) {
            switch (placed.block()) {
                case ContentBlock.Text text -> all.add(new Words(text.text()));
                case ToolUse call -> all.add(new Called(call));
                case Thinking thinking -> all.add(new Thought(thinking));
                case RedactedThinking thinking -> all.add(new Redacted(thinking));
                case Document document -> all.add(words(placed));
                case SearchResult result -> all.add(words(placed));
                case Other other when Parts.isPrivate(other) -> {
                }
                case Other other -> throw placed.path().notCarried("",
                        "a block of type \"" + Text.excerpt(other.type()) + "\"");
                case Image image -> throw placed.path().notCarried("", "an image of the assistant");
                case ToolResult result -> throw placed.path().notCarried("", "a tool result of the assistant");
            }
        }
        return all;
    }

    private static Words words(Conversation.Placed placed) {
        return new Words(Parts.onlyText(placed, "of the assistant"));
    }
}
