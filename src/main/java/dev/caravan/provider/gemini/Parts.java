package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
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
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Text and media of one message or tool result as Gemini has them, in order. Search results and documents that are text become
 * text. Not thread-safe.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/image-understanding">Gemini API: Image understanding</a>
 * @see <a href="https://ai.google.dev/gemini-api/docs/document-processing">Gemini API: Document understanding</a>
 */
final class Parts {
    private static final String PARAGRAPH = "\n\n";
    private static final Set<String> IMAGES = Set.of("image/png", "image/jpeg", "image/webp", "image/heic",
            "image/heif");
    /** A file that was uploaded to Gemini itself; other addresses it does not fetch. */
    private static final Pattern FILE = Pattern
            .compile("https://generativelanguage\\.googleapis\\.com/v1(?:beta)?/files/[A-Za-z0-9_-]{1,100}");

    private final List<Part> parts = new ArrayList<>();

    /** A part on the wire. */
    sealed interface Part {
        /** Writes it, without the braces around it. */
        void writeTo(JsonGenerator out) throws IOException;
    }

    record TextPart(String text) implements Part {
        @Override
        public void writeTo(JsonGenerator out) throws IOException {
            out.writeStringField("text", text);
        }
    }

    /** Bytes or a file at Gemini. */
    sealed interface MediaPart extends Part {}

    /** @param data base64 */
    record InlinePart(String mimeType, String data) implements MediaPart {
        @Override
        public void writeTo(JsonGenerator out) throws IOException {
            out.writeObjectFieldStart("inlineData");
            out.writeStringField("mimeType", mimeType);
            out.writeStringField("data", data);
            out.writeEndObject();
        }
    }

    record FilePart(String uri) implements MediaPart {
        @Override
        public void writeTo(JsonGenerator out) throws IOException {
            out.writeObjectFieldStart("fileData");
            out.writeStringField("fileUri", uri);
            out.writeEndObject();
        }
    }

    List<Part> list() {
        return parts;
    }

    /** The media among the parts. */
    List<MediaPart> media() {
        return parts.stream().filter(MediaPart.class::isInstance).map(MediaPart.class::cast).toList();
    }

    /** Adds text; empty text adds nothing. */
    void addText(String text) {
        if (!text.isEmpty()) {
            parts.add(new TextPart(text));
        }
    }

    /**
     * Adds a block as text and media.
     *
     * @throws ApiException 400 for a block that this dialect has nothing for
     */
    void add(ContentBlock block, BlockPath path) {
        switch (block) {
            case ContentBlock.Text text -> addText(text.text());
            case Image image -> image(image, path);
            case Document document -> document(document, path);
            case SearchResult result -> searchResult(result, path);
            case Other other -> other(other, path);
            case Thinking thinking -> throw misplaced(block, path);
            case RedactedThinking redacted -> throw misplaced(block, path);
            case ToolUse use -> throw misplaced(block, path);
            case ToolResult result -> throw misplaced(block, path);
        }
    }

    /** Adds all of a list of blocks. */
    void addAll(List<ContentBlock> blocks, BlockPath path, String array) {
        for (int i = 0; i < blocks.size(); i++) {
            add(blocks.get(i), path.in(array, i));
        }
    }

    /** All text as one string, a blank line between the parts; media are left out. */
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

    private void image(Image image, BlockPath path) {
        switch (image.source()) {
            case Base64Source bytes -> {
                if (!IMAGES.contains(bytes.mediaType())) {
                    throw path.notCarried(".source", "an image of type " + Text.excerpt(bytes.mediaType()));
                }
                parts.add(new InlinePart(bytes.mediaType(), bytes.data()));
            }
            case UrlSource address -> file(address, "an image", path);
            case FileSource file -> throw uploaded(path);
            case TextSource text -> throw misplaced(image, path);
            case ContentSource content -> throw misplaced(image, path);
        }
    }

    private void document(Document document, BlockPath path) {
        String head = head("Document: ", document.title(), "Context: ", document.context());
        switch (document.source()) {
            case TextSource text -> addText(headed(head, text.text()));
            case ContentSource content -> headed(head, content.content(), path, "source.content");
            case Base64Source bytes -> {
                if (!bytes.mediaType().equals("application/pdf")) {
                    throw path.notCarried(".source", "a document of type " + Text.excerpt(bytes.mediaType()));
                }
                addText(head);
                parts.add(new InlinePart(bytes.mediaType(), bytes.data()));
            }
            case UrlSource address -> {
                addText(head);
                file(address, "a document", path);
            }
            case FileSource file -> throw uploaded(path);
        }
    }

    private void file(UrlSource address, String what, BlockPath path) {
        if (!FILE.matcher(address.url()).matches()) {
            throw path.notCarried(".source", what + " to be fetched from a URL");
        }
        parts.add(new FilePart(address.url()));
    }

    private void searchResult(SearchResult result, BlockPath path) {
        headed(head("Search result: ", result.title(), "Source: ", result.source()), result.content(), path,
                "content");
    }

    /** Blocks of their own below a heading, which the first of them takes on when it is text. */
    private void headed(String head, List<ContentBlock> blocks, BlockPath path, String array) {
        Parts inner = new Parts();
        inner.addAll(blocks, path, array);
        if (!inner.parts.isEmpty() && inner.parts.getFirst() instanceof TextPart first) {
            inner.parts.set(0, new TextPart(headed(head, first.text())));
        } else {
            addText(head);
        }
        parts.addAll(inner.parts);
    }

    private static String headed(String head, String text) {
        return head.isEmpty() ? text : head + PARAGRAPH + text;
    }

    private static String head(String label, String value, String otherLabel, String otherValue) {
        String line = value == null || value.isEmpty() ? "" : label + value;
        if (otherValue == null || otherValue.isEmpty()) {
            return line;
        }
        return (line.isEmpty() ? "" : line + "\n") + otherLabel + otherValue;
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

    private static ApiException uploaded(BlockPath path) {
        return path.notCarried(".source", "a file that was uploaded to Anthropic");
    }

    private static ApiException misplaced(ContentBlock block, BlockPath path) {
        return path.notCarried("", "a block of type \"" + Text.excerpt(block.type()) + "\" here");
    }
}
