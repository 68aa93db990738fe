package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.FileSource;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Writes the content of one message or of one tool's result: text, images and documents. Not thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html">AWS: ContentBlock</a>
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolResultContentBlock.html">AWS:
 *      ToolResultContentBlock</a>
 */
final class ConverseContent {
    /** Stands where Bedrock wants some text and there is none. */
    private static final String NOTHING = "[no content]";
    private static final String SEE_DOCUMENT = "[see the document]";

    private final JsonGenerator out;
    private final DocumentNames documentNames;
    private final boolean ofResult;
    private boolean hasText;
    private boolean hasDocument;
    private boolean isEmpty = true;

    /** Writes the content of the messages of one request, one after the other. */
    ConverseContent(JsonGenerator out) {
        this(out, new DocumentNames(), false);
    }

    private ConverseContent(JsonGenerator out, DocumentNames documentNames, boolean ofResult) {
        this.out = out;
        this.documentNames = documentNames;
        this.ofResult = ofResult;
    }

    /** For the content of a tool's result within a message. */
    ConverseContent ofResult() {
        return new ConverseContent(out, documentNames, true);
    }

    /** A message begins. */
    void begin() {
        hasText = false;
        hasDocument = false;
        isEmpty = true;
    }

    /** A block is written by somebody else. */
    void other() {
        isEmpty = false;
    }

    /** The message or result ends: what Bedrock wants in one is added if it is missing. */
    void end() throws IOException {
        if (isEmpty) {
            text(NOTHING);
        } else if (!ofResult && hasDocument && !hasText) {
            text(SEE_DOCUMENT);
        }
    }

    /** Writes text; blank text is nothing. */
    void text(String text) throws IOException {
        if (text.isBlank()) {
            return;
        }
        isEmpty = false;
        hasText = true;
        out.writeStartObject();
        out.writeStringField("text", text);
        out.writeEndObject();
    }

    /**
     * Writes a block.
     *
     * @throws dev.caravan.message.ApiException 400 for a block that Converse has nothing for
     */
    void add(ContentBlock block, BlockPath path) throws IOException {
        switch (block) {
            case Image image -> image(image, path);
            case Document document -> document(document, path);
            default -> text(PlainText.of(block, path));
        }
    }

    private void add(List<ContentBlock> blocks, BlockPath path, String array) throws IOException {
        for (int i = 0; i < blocks.size(); i++) {
            add(blocks.get(i), path.in(array, i));
        }
    }

    private void image(Image image, BlockPath path) throws IOException {
        if (!(image.source() instanceof Base64Source bytes)) {
            throw elsewhere(image.source(), "an image", path);
        }
        String format = switch (bytes.mediaType().toLowerCase(Locale.ROOT)) {
            case "image/png" -> "png";
            case "image/jpeg", "image/jpg" -> "jpeg";
            case "image/gif" -> "gif";
            case "image/webp" -> "webp";
            default -> throw path.notCarried(".source.media_type",
                    "an image of type " + Text.excerpt(bytes.mediaType()));
        };
        isEmpty = false;
        out.writeStartObject();
        out.writeObjectFieldStart("image");
        out.writeStringField("format", format);
        bytes(bytes.data());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void document(Document document, BlockPath path) throws IOException {
        switch (document.source()) {
            case Base64Source bytes -> file(document, format(bytes.mediaType(), path), bytes.data());
            case TextSource text -> file(document, "txt",
                    Base64.getEncoder().encodeToString(text.text().getBytes(StandardCharsets.UTF_8)));
            case ContentSource content -> {
                text(PlainText.head(document));
                add(content.content(), path, "source.content");
            }
            default -> throw elsewhere(document.source(), "a document", path);
        }
    }

    private void file(Document document, String format, String base64) throws IOException {
        if (document.context() != null && !document.context().isBlank()) {
            text("Context: " + document.context());
        }
        isEmpty = false;
        hasDocument = true;
        out.writeStartObject();
        out.writeObjectFieldStart("document");
        out.writeStringField("format", format);
        out.writeStringField("name", documentNames.next(document.title()));
        bytes(base64);
        out.writeEndObject();
        out.writeEndObject();
    }

    private static String format(String mediaType, BlockPath path) {
        return switch (mediaType.toLowerCase(Locale.ROOT)) {
            case "application/pdf" -> "pdf";
            case "text/plain" -> "txt";
            case "text/csv" -> "csv";
            case "text/html" -> "html";
            case "text/markdown" -> "md";
            case "application/msword" -> "doc";
            case "application/vnd.openxmlformats-officedocument.wordprocessingml.document" -> "docx";
            case "application/vnd.ms-excel" -> "xls";
            case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" -> "xlsx";
            default -> throw path.notCarried(".source.media_type",
                    "a document of type " + Text.excerpt(mediaType));
        };
    }

    private void bytes(String base64) throws IOException {
        out.writeObjectFieldStart("source");
        out.writeStringField("bytes", base64);
        out.writeEndObject();
    }

    private static RuntimeException elsewhere(Source source, String what, BlockPath path) {
        return path.notCarried(".source", switch (source) {
            case UrlSource url -> what + " to be fetched from a URL";
            case FileSource file -> "a file that was uploaded to Anthropic";
            default -> what + " without bytes";
        });
    }
}
