package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.Conversation.Placed;
import dev.caravan.provider.Parts;
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
        // Bytes of length 0 are refused, so a document of nothing is no file.
        if (block instanceof Document document && document.source() instanceof TextSource text
                && !text.text().isBlank()) {
            if (document.context() != null && !document.context().isBlank()) {
                text("Context: " + document.context());
            }
            file(document.title(), "txt",
                    Base64.getEncoder().encodeToString(text.text().getBytes(StandardCharsets.UTF_8)));
        } else {
            parts(Parts.of(List.of(new Placed(block, path))));
        }
    }

    private void parts(Parts parts) throws IOException {
        for (Parts.Part part : parts.list()) {
            switch (part) {
                case Parts.TextPart text -> text(text.text());
                case Parts.ImagePart image -> image(image.source(), image.path());
                case Parts.FilePart file when file.source() instanceof Base64Source bytes ->
                    file(file.title(), format(bytes.mediaType(), file.path()), bytes.data());
                case Parts.FilePart file -> throw elsewhere("a document", file.path());
            }
        }
    }

    private void image(Source source, BlockPath path) throws IOException {
        if (!(source instanceof Base64Source bytes)) {
            throw elsewhere("an image", path);
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

    private void file(String title, String format, String base64) throws IOException {
        isEmpty = false;
        hasDocument = true;
        out.writeStartObject();
        out.writeObjectFieldStart("document");
        out.writeStringField("format", format);
        out.writeStringField("name", documentNames.next(title));
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

    private static RuntimeException elsewhere(String what, BlockPath path) {
        return path.notCarried(".source", what + " to be fetched from a URL");
    }
}
