package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.GeminiProvider;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.Parts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Text or media as Gemini has them.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/image-understanding">Gemini API: Image understanding</a>
 * @see <a href="https://ai.google.dev/gemini-api/docs/document-processing">Gemini API: Document understanding</a>
 */
sealed interface ContentPart {
    Set<String> IMAGES = Set.of("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif");

    /** Writes it, without the braces around it. */
    void writeTo(JsonGenerator out) throws IOException;

    /** Text, empty only where a signature stands alone. */
    record TextPart(String text) implements ContentPart {
        @Override
        public void writeTo(JsonGenerator out) throws IOException {
            out.writeStringField("text", text);
        }
    }

    /** Bytes or a file at Gemini. */
    sealed interface MediaPart extends ContentPart {}

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

    /** @param uri where Gemini keeps it */
    record FilePart(String uri) implements MediaPart {
        @Override
        public void writeTo(JsonGenerator out) throws IOException {
            out.writeObjectFieldStart("fileData");
            out.writeStringField("fileUri", uri);
            out.writeEndObject();
        }
    }

    /**
     * The parts in Gemini's words; a file, which has no title there, has it as text before it.
     *
     * @throws dev.caravan.message.ApiException 400 for media that Gemini does not take
     */
    static List<ContentPart> of(Parts content) {
        List<ContentPart> parts = new ArrayList<>(content.list().size());
        for (Parts.Part part : content.list()) {
            switch (part) {
                case Parts.TextPart text -> parts.add(new TextPart(text.text()));
                case Parts.ImagePart image -> parts.add(media(image.source(), IMAGES, "an image", image.path()));
                case Parts.FilePart file -> {
                    if (file.title() != null && !file.title().isEmpty()) {
                        parts.add(new TextPart("Document: " + file.title()));
                    }
                    parts.add(media(file.source(), Set.of("application/pdf"), "a document", file.path()));
                }
            }
        }
        return parts;
    }

    /** @param types the media types of the bytes that Gemini takes */
    private static MediaPart media(Source source, Set<String> types, String what, BlockPath path) {
        return switch (source) {
            case Base64Source bytes when types.contains(bytes.mediaType()) ->
                new InlinePart(bytes.mediaType(), bytes.data());
            case Base64Source bytes ->
                throw path.notCarried(".source", what + " of type " + Text.excerpt(bytes.mediaType()));
            case UrlSource address when GeminiProvider.isFile(address.url()) -> new FilePart(address.url());
            default -> throw path.notCarried(".source", what + " to be fetched from a URL");
        };
    }

    /** All text as one string, a blank line between the parts; media are left out. */
    static String text(List<ContentPart> parts) {
        return parts.stream().filter(TextPart.class::isInstance).map(part -> ((TextPart) part).text())
                .collect(Collectors.joining(Parts.PARAGRAPH));
    }

    /** The media among the parts. */
    static List<MediaPart> media(List<ContentPart> parts) {
        return parts.stream().filter(MediaPart.class::isInstance).map(MediaPart.class::cast).toList();
    }
}
