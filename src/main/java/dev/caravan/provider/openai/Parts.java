package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
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
 * The content of one message in this dialect, text and images in order. Documents and search results have no counterpart that
 * servers agree on; where they are text they become text. Not thread-safe.
 */
final class Parts {
    /** What separates blocks that become one string. */
    static final String PARAGRAPH = "\n\n";

    private final List<Part> parts = new ArrayList<>();

    /** A part on the wire. */
    sealed interface Part {}

    record TextPart(String text) implements Part {}

    /** An image; its address is a data URL when the request held its bytes. */
    record ImagePart(String url) implements Part {}

    boolean isEmpty() {
        return parts.isEmpty();
    }

    List<Part> list() {
        return parts;
    }

    /** Adds text; empty text adds nothing. */
    void addText(String text) {
        if (!text.isEmpty()) {
            parts.add(new TextPart(text));
        }
    }

    void addAll(List<? extends Part> more) {
        parts.addAll(more);
    }

    /**
     * Adds a block as text and images.
     *
     * @throws dev.caravan.message.ApiException 400 for a block that this dialect has nothing for
     */
    void add(ContentBlock block, BlockPath path) {
        switch (block) {
            case ContentBlock.Text text -> addText(text.text());
            case Image image -> parts.add(image(image, path));
            case Document document -> document(document, path);
            case SearchResult result -> searchResult(result, path);
            case Other other -> other(other, path);
            case Thinking thinking -> throw misplaced(block, path);
            case RedactedThinking redacted -> throw misplaced(block, path);
            case ToolUse use -> throw misplaced(block, path);
            case ToolResult result -> throw misplaced(block, path);
        }
    }

    /** All text as one string, a blank line between the parts; images are left out. */
    String text() {
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

    /** Writes the field {@code content}: a string when there is nothing but text, which every server takes. */
    void writeTo(JsonGenerator out) throws IOException {
        if (parts.stream().allMatch(TextPart.class::isInstance)) {
            out.writeStringField("content", text());
            return;
        }
        out.writeArrayFieldStart("content");
        for (Part part : parts) {
            out.writeStartObject();
            switch (part) {
                case TextPart text -> {
                    out.writeStringField("type", "text");
                    out.writeStringField("text", text.text());
                }
                case ImagePart image -> {
                    out.writeStringField("type", "image_url");
                    out.writeObjectFieldStart("image_url");
                    out.writeStringField("url", image.url());
                    out.writeEndObject();
                }
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static ImagePart image(Image image, BlockPath path) {
        return switch (image.source()) {
            case Base64Source bytes -> new ImagePart("data:" + bytes.mediaType() + ";base64," + bytes.data());
            case UrlSource address -> new ImagePart(address.url());
            case FileSource file -> throw uploaded(path);
            case TextSource text -> throw misplaced(image, path);
            case ContentSource content -> throw misplaced(image, path);
        };
    }

    private void document(Document document, BlockPath path) {
        StringBuilder head = new StringBuilder();
        line(head, "Document: ", document.title());
        line(head, "Context: ", document.context());
        switch (document.source()) {
            case TextSource text -> addText(headed(head, text.text()));
            case ContentSource content -> headed(head, content.content(), path, "source.content");
            case Base64Source bytes -> throw path.notCarried(".source",
                    "a document of type " + Text.excerpt(bytes.mediaType()));
            case UrlSource address -> throw path.notCarried(".source", "a document to be fetched from a URL");
            case FileSource file -> throw uploaded(path);
        }
    }

    private void searchResult(SearchResult result, BlockPath path) {
        StringBuilder head = new StringBuilder();
        line(head, "Search result: ", result.title());
        line(head, "Source: ", result.source());
        headed(head, result.content(), path, "content");
    }

    /** Blocks of their own below a heading, which the first of them takes on when it is text. */
    private void headed(StringBuilder head, List<ContentBlock> blocks, BlockPath path, String array) {
        Parts inner = new Parts();
        for (int i = 0; i < blocks.size(); i++) {
            inner.add(blocks.get(i), path.in(array, i));
        }
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

    private static RuntimeException uploaded(BlockPath path) {
        return path.notCarried(".source", "a file that was uploaded to Anthropic");
    }

    private static RuntimeException misplaced(ContentBlock block, BlockPath path) {
        return path.notCarried("", "a block of type \"" + Text.excerpt(block.type()) + "\" here");
    }
}
