package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions.Content;
import dev.caravan.config.OpenAiOptions.Files;
import dev.caravan.config.OpenAiOptions.Images;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.Text;
import dev.caravan.provider.Parts;
import dev.caravan.provider.Parts.FilePart;
import dev.caravan.provider.Parts.ImagePart;
import dev.caravan.provider.Parts.TextPart;
import java.io.IOException;

/** Writes the content of one message, as far as its provider takes images and files. */
final class ContentWriter {
    private final Content options;
    private final JsonGenerator out;

    ContentWriter(Content options, JsonGenerator out) {
        this.options = options;
        this.out = out;
    }

    /** Writes the field {@code content}: a string when there is nothing but text, which every server takes. */
    void write(Parts parts) throws IOException {
        if (parts.onlyText()) {
            out.writeStringField("content", parts.text());
            return;
        }
        out.writeArrayFieldStart("content");
        for (Parts.Part part : parts.list()) {
            out.writeStartObject();
            switch (part) {
                case TextPart text -> {
                    out.writeStringField("type", "text");
                    out.writeStringField("text", text.text());
                }
                case ImagePart image -> {
                    out.writeStringField("type", "image_url");
                    out.writeObjectFieldStart("image_url");
                    out.writeStringField("url", address(image));
                    out.writeEndObject();
                }
                case FilePart file -> file(file);
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private String address(ImagePart image) {
        if (options.images() == Images.NONE) {
            throw image.path().notCarried("", "an image");
        }
        if (image.source() instanceof UrlSource url) {
            if (options.images() == Images.DATA) {
                throw image.path().notCarried(".source", "an image to be fetched from a URL");
            }
            return url.url();
        }
        return dataUrl((Base64Source) image.source());
    }

    /** OpenAI takes the bytes of a file and wants a name for it, Mistral an address. */
    private void file(FilePart file) throws IOException {
        String title = file.title() == null || file.title().isEmpty() ? "document.pdf" : file.title();
        switch (file.source()) {
            case Base64Source bytes when options.files() == Files.FILE -> {
                out.writeStringField("type", "file");
                out.writeObjectFieldStart("file");
                out.writeStringField("filename", title);
                out.writeStringField("file_data", dataUrl(bytes));
                out.writeEndObject();
            }
            case Base64Source bytes when options.files() == Files.DOCUMENT_URL -> documentUrl(dataUrl(bytes), file);
            case UrlSource url when options.files() == Files.DOCUMENT_URL -> documentUrl(url.url(), file);
            case Base64Source bytes -> throw file.path().notCarried(".source",
                    "a document of type " + Text.excerpt(bytes.mediaType()));
            default -> throw file.path().notCarried(".source", "a document to be fetched from a URL");
        }
    }

    private void documentUrl(String url, FilePart file) throws IOException {
        out.writeStringField("type", "document_url");
        out.writeStringField("document_url", url);
        if (file.title() != null && !file.title().isEmpty()) {
            out.writeStringField("document_name", file.title());
        }
    }

    private static String dataUrl(Base64Source bytes) {
        return "data:" + bytes.mediaType() + ";base64," + bytes.data();
    }
}
