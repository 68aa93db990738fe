package dev.caravan.tokens;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.FileSource;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.Text;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.InputMessage;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import java.util.List;

/**
 * Counts the tokens that a request's prompt takes: its texts with a real tokenizer (o200k_base), its images and documents by their
 * size. No model is called. What is counted how, and where a provider's own count differs, is told in docs/token-counting.md.
 *
 * <p>
 * The first count reads the tokenizer's vocabulary, which takes some 0.3 s of a processor and 30 MB of memory that stay in use;
 * {@link #load} does it beforehand. Thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/token-counting">Anthropic: Token counting</a>
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/vision">Anthropic: Vision, image costs</a>
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/pdf-support">Anthropic: PDF support, costs</a>
 * @see <a href="https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview">Anthropic: Tool use, pricing</a>
 */
public final class TokenCounter {
    /** Role and separators around a message, as chat templates have them. */
    private static final int MESSAGE_TOKENS = 4;
    /** The brackets and field names around a tool, a call or a result: o200k tokens of that JSON with nothing in it. */
    private static final int TOOL_TOKENS = 10;
    /** The prompt that Anthropic adds when there are tools, here that of Claude Opus 4.8; other models' are near or larger. */
    private static final int TOOLS_PROMPT_TOKENS = 290;
    private static final int FORCED_TOOLS_PROMPT_TOKENS = 410;

    /** A square of 28 × 28 pixels is a token. */
    private static final int PATCH_PIXELS = 28;
    /** Larger images are scaled down to this long edge and to this many tokens before a model sees them (Claude 4.7 and newer). */
    private static final int LONGEST_EDGE_PIXELS = 2_576;
    private static final int MOST_IMAGE_TOKENS = 4_784;

    /** Reads the vocabulary now, so that the first count need not wait for it. */
    public void load() {
        new TextTally().add("a");
    }

    /** The tokens of the request's prompt, at least 1. */
    public long count(MessageRequest request) {
        Count count = new Count();
        if (!request.system().isEmpty()) {
            count.fixed += MESSAGE_TOKENS;
            count.blocks(request.system());
        }
        if (!request.tools().isEmpty()) {
            count.fixed += toolsPrompt(request.toolChoice());
            request.tools().forEach(count::tool);
        }
        if (request.outputSchema() != null) {
            count.text.add(request.outputSchema().compact());
        }
        for (InputMessage message : request.messages()) {
            count.fixed += MESSAGE_TOKENS;
            count.blocks(message.content());
        }
        return Math.max(1, count.fixed + count.text.tokens());
    }

    private static int toolsPrompt(ToolChoice choice) {
        boolean forced = choice != null
                && (choice.mode() == ToolChoice.Mode.ANY || choice.mode() == ToolChoice.Mode.TOOL);
        return forced ? FORCED_TOOLS_PROMPT_TOKENS : TOOLS_PROMPT_TOKENS;
    }

    /** Tokens of an image of this size, scaled down as Anthropic does it. */
    static long imageTokens(int width, int height) {
        double scale = Math.min(1, (double) LONGEST_EDGE_PIXELS / Math.max(width, height));
        long tokens = patches(width * scale) * patches(height * scale);
        return Math.min(tokens, MOST_IMAGE_TOKENS);
    }

    private static long patches(double pixels) {
        return Math.max(1, (long) Math.ceil(Math.floor(pixels) / PATCH_PIXELS));
    }

    private static final class Count {
        final TextTally text = new TextTally();
        long fixed;

        void tool(Tool tool) {
            fixed += TOOL_TOKENS;
            optional(tool.name());
            optional(tool.description());
            if (tool.inputSchema() != null) {
                text.add(tool.inputSchema().compact());
            }
        }

        void blocks(List<ContentBlock> blocks) {
            blocks.forEach(this::block);
        }

        private void block(ContentBlock block) {
            switch (block) {
                case Text plain -> text.add(plain.text());
                case Image image -> fixed += image(image.source());
                case Document document -> {
                    optional(document.title());
                    optional(document.context());
                    document(document.source());
                }
                case SearchResult result -> {
                    text.add(result.source());
                    text.add(result.title());
                    blocks(result.content());
                }
                case Thinking thinking -> text.add(thinking.thinking());
                case RedactedThinking redacted ->
                    fixed += TokenEstimate.ofBytes(TokenEstimate.decoded(redacted.data()));
                case ToolUse use -> {
                    fixed += TOOL_TOKENS;
                    text.add(use.name());
                    text.add(use.input().compact());
                }
                case ToolResult result -> {
                    fixed += TOOL_TOKENS;
                    blocks(result.content());
                }
                case Other other -> text.add(other.json().compact());
            }
        }

        private static long image(Source source) {
            if (source instanceof Base64Source base64) {
                return ImageSize.ofBase64(base64.data()).map(size -> imageTokens(size.width(), size.height()))
                        .orElse((long) TokenEstimate.IMAGE);
            }
            return TokenEstimate.IMAGE;
        }

        private void document(Source source) {
            switch (source) {
                case Base64Source pdf -> fixed += TokenEstimate.ofPdf(TokenEstimate.decoded(pdf.data()));
                case TextSource plain -> text.add(plain.text());
                case ContentSource content -> blocks(content.content());
                case UrlSource url -> fixed += TokenEstimate.PAGE;
                case FileSource file -> fixed += TokenEstimate.PAGE;
            }
        }

        private void optional(String value) {
            if (value != null) {
                text.add(value);
            }
        }
    }
}
