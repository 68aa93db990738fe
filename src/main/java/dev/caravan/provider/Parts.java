package dev.caravan.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import dev.caravan.message.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of one message for dialects that know text, images and files and nothing else: documents and search results that
 * are text become text below a heading, and so does the result of a call that is not there. Order is kept. Not thread-safe.
 */
public final class Parts {
    /** What separates blocks that become one string. */
    public static final String PARAGRAPH = "\n\n";
    /** What stands before the result of a tool that failed, where a dialect has no flag for it. */
    public static final String ERROR_MARK = "[tool_error] ";
    /** The result of a call that nobody answered. */
    public static final String NO_RESULT = "the call was not answered";

    private final List<Part> parts = new ArrayList<>();

    /** A piece of content. */
    public sealed interface Part {}

    /** Text, never empty. */
    public record TextPart(String text) implements Part {}

    /** An image, its source either bytes or an address. */
    public record ImagePart(Source source, BlockPath path) implements Part {}

    /**
     * A document that is no text, its source either bytes or an address.
     *
     * @param title its title, or null
     */
    public record FilePart(Source source, String title, BlockPath path) implements Part {}

    /** The parts of these blocks. */
    public static Parts of(List<Conversation.Placed> blocks) {
        Parts parts = new Parts();
        blocks.forEach(placed -> parts.add(placed.block(), placed.path()));
        return parts;
    }

    /**
     * The parts of what a call returned, for dialects that can say of it that it {@link Conversation.Returned#failed() failed};
     * {@link #NO_RESULT} when nobody answered it.
     */
    public static Parts ofContent(Conversation.Returned returned) {
        Parts parts = new Parts();
        if (returned.results().isEmpty()) {
            parts.addText(NO_RESULT);
        }
        for (Conversation.Placed placed : returned.results()) {
            parts.addBlocks(((ToolResult) placed.block()).content(), placed.path(), "content");
        }
        return parts;
    }

    /** The same for dialects that cannot: failures are marked. */
    public static Parts ofResults(List<Conversation.Placed> results) {
        Parts all = new Parts();
        if (results.isEmpty()) {
            all.addText(ERROR_MARK + NO_RESULT);
        }
        for (Conversation.Placed placed : results) {
            ToolResult result = (ToolResult) placed.block();
            Parts parts = new Parts();
            parts.addBlocks(result.content(), placed.path(), "content");
            if (result.isError()) {
                parts.mark();
            }
            all.addAll(parts.parts);
        }
        return all;
    }

    /**
     * A block as one string, where nothing but text can stand.
     *
     * @param whose as in {@code of the assistant}, for the failure
     * @throws dev.caravan.message.ApiException 400 when something of it is no text
     */
    public static String onlyText(Conversation.Placed placed, String whose) {
        Parts parts = of(List.of(placed));
        if (!parts.onlyText()) {
            throw placed.path().notCarried("", "an image or a file " + whose);
        }
        return parts.text();
    }

    private void mark() {
        if (!parts.isEmpty() && parts.getFirst() instanceof TextPart first) {
            parts.set(0, new TextPart(ERROR_MARK + first.text()));
        } else {
            parts.addFirst(new TextPart(ERROR_MARK));
        }
    }

    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /** The parts in their order; not to be modified. */
    public List<Part> list() {
        return parts;
    }

    /** Whether there is nothing but text. */
    public boolean onlyText() {
        return parts.stream().allMatch(TextPart.class::isInstance);
    }

    /** Adds text; empty text adds nothing. */
    public void addText(String text) {
        if (!text.isEmpty()) {
            parts.add(new TextPart(text));
        }
    }

    /** Takes all parts away. */
    public void clear() {
        parts.clear();
    }

    /** Adds parts behind those that are here. */
    public void addAll(List<? extends Part> more) {
        parts.addAll(more);
    }

    /**
     * Adds a block.
     *
     * @throws dev.caravan.message.ApiException 400 for a block that is neither text nor image nor file
     */
    public void add(ContentBlock block, BlockPath path) {
        switch (block) {
            case ContentBlock.Text text -> addText(text.text());
            case Image image -> addImage(image, path);
            case Document document -> document(document, path);
            case SearchResult result -> searchResult(result, path);
            case ToolResult result -> orphan(result, path);
            case Other other -> other(other, path);
            case Thinking thinking -> throw misplaced(block, path);
            case RedactedThinking redacted -> throw misplaced(block, path);
            case ToolUse use -> throw misplaced(block, path);
        }
    }

    private void addBlocks(List<ContentBlock> blocks, BlockPath path, String array) {
        for (int i = 0; i < blocks.size(); i++) {
            add(blocks.get(i), path.in(array, i));
        }
    }

    /** All text as one string, a blank line between the parts; what is no text is left out. */
    public String text() {
        if (parts.size() == 1 && parts.getFirst() instanceof TextPart only) {
            return only.text();
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof TextPart next) {
                text.append(text.isEmpty() ? "" : PARAGRAPH).append(next.text());
            }
        }
        return text.toString();
    }

    private void addImage(Image image, BlockPath path) {
        switch (image.source()) {
            case Base64Source bytes -> parts.add(new ImagePart(bytes, path));
            case UrlSource address -> parts.add(new ImagePart(address, path));
            case FileSource file -> throw uploaded(path);
            case TextSource text -> throw misplaced(image, path);
            case ContentSource content -> throw misplaced(image, path);
        }
    }

    private void document(Document document, BlockPath path) {
        StringBuilder head = new StringBuilder();
        line(head, "Document: ", document.title());
        line(head, "Context: ", document.context());
        switch (document.source()) {
            case TextSource text -> addText(headed(head, text.text()));
            case ContentSource content -> headed(head, content.content(), path, "source.content");
            case Base64Source bytes -> file(bytes, document, path);
            case UrlSource address -> file(address, document, path);
            case FileSource file -> throw uploaded(path);
        }
    }

    private void file(Source source, Document document, BlockPath path) {
        StringBuilder context = new StringBuilder();
        line(context, "Context: ", document.context());
        addText(context.toString());
        parts.add(new FilePart(source, document.title(), path));
    }

    private void searchResult(SearchResult result, BlockPath path) {
        StringBuilder head = new StringBuilder();
        line(head, "Search result: ", result.title());
        line(head, "Source: ", result.source());
        headed(head, result.content(), path, "content");
    }

    /** A result of a call that is not there: servers refuse a tool message for it, so whoever sent it says it. */
    private void orphan(ToolResult result, BlockPath path) {
        addText("[result of tool call " + result.toolUseId() + "]" + (result.isError() ? " [tool_error]" : ""));
        addBlocks(result.content(), path, "content");
    }

    /** Blocks of their own below a heading, which the first of them takes on when it is text. */
    private void headed(StringBuilder head, List<ContentBlock> blocks, BlockPath path, String array) {
        Parts inner = new Parts();
        inner.addBlocks(blocks, path, array);
        if (!inner.isEmpty() && inner.parts.getFirst() instanceof TextPart first) {
            inner.parts.set(0, new TextPart(headed(head, first.text())));
        } else {
            addText(head.toString());
        }
        parts.addAll(inner.parts);
    }

    private static String headed(StringBuilder head, String text) {
        return head.isEmpty() ? text : head + PARAGRAPH + text;
    }

    private static void line(StringBuilder head, String label, String value) {
        if (value != null && !value.isEmpty()) {
            head.append(head.isEmpty() ? "" : "\n").append(label).append(value);
        }
    }

    /** A tool that was found by searching for it is offered with its schema anyway; only its name is said. */
    private void other(Other other, BlockPath path) {
        if (!other.type().equals("tool_reference")) {
            throw misplaced(other, path);
        }
        addText("[tool_reference] " + toolName(other.json()));
    }

    private static String toolName(RawJson reference) {
        try (JsonParser json = MessageJson.FACTORY.createParser(reference.source(), reference.offset(),
                reference.length())) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("tool_name") && value == JsonToken.VALUE_STRING) {
                    return json.getText();
                }
                json.skipChildren();
            }
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
    }

    /**
     * Whether a block tells only what Anthropic's own tools did on the way to an earlier answer: like reasoning that is private to
     * Anthropic, and the answer that came of it is there as text. Anything else that is unknown may matter, so leaving it out
     * would be a loss.
     */
    public static boolean isPrivate(Other block) {
        String type = block.type();
        return type.equals("server_tool_use") || type.equals("mcp_tool_use") || type.endsWith("_tool_result")
                || type.equals("fallback");
    }

    private static RuntimeException uploaded(BlockPath path) {
        return path.notCarried(".source", "a file that was uploaded to Anthropic");
    }

    private static RuntimeException misplaced(ContentBlock block, BlockPath path) {
        return path.notCarried("", "a block of type \"" + Text.excerpt(block.type()) + "\" here");
    }
}
