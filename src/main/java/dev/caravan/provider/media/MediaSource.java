package dev.caravan.provider.media;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.MediaFetch.Type;
import dev.caravan.message.MessageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was fetched as the {@code source} of a block. What it is its own first bytes tell; only for plain text, which has none, the
 * server's word is needed.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/vision">Anthropic: the types of images</a>
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/pdf-support">Anthropic: PDF documents</a>
 * @see <a href="https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern">MIME Sniffing Standard, section 6.1</a>
 */
final class MediaSource {
    private static final Map<String, byte[]> IMAGES = Map.of("image/png",
            new byte[]{(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}, "image/jpeg",
            new byte[]{(byte) 0xFF, (byte) 0xD8, (byte) 0xFF});
    private static final byte[] PDF = {'%', 'P', 'D', 'F', '-'};

    private MediaSource() {}

    /**
     * The JSON of the source, UTF-8.
     *
     * @param contentType the server's header, empty if none
     */
    static byte[] of(Type block, byte[] bytes, String contentType) throws FetchFailure {
        return switch (block) {
            case IMAGE -> base64(image(bytes).orElseThrow(() -> new FetchFailure(
                    "what is there is no image of type image/png, image/jpeg, image/gif or image/webp")), bytes);
            case DOCUMENT -> startsWith(bytes, 0, PDF)
                    ? base64("application/pdf", bytes)
                    : plainText(bytes, contentType).map(MediaSource::text).orElseThrow(() -> new FetchFailure(
                            "what is there is no document of type application/pdf or text/plain"));
        };
    }

    private static Optional<String> image(byte[] bytes) {
        if (startsWith(bytes, 0, ascii("GIF87a")) || startsWith(bytes, 0, ascii("GIF89a"))) {
            return Optional.of("image/gif");
        }
        if (startsWith(bytes, 0, ascii("RIFF")) && startsWith(bytes, 8, ascii("WEBPVP"))) {
            return Optional.of("image/webp");
        }
        return IMAGES.entrySet().stream().filter(type -> startsWith(bytes, 0, type.getValue())).map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean startsWith(byte[] bytes, int offset, byte[] magic) {
        if (bytes.length < offset + magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (bytes[offset + i] != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Text that the server calls so, in UTF-8 and without control characters, which files of other types have. */
    private static Optional<String> plainText(byte[] bytes, String contentType) {
        String[] type = contentType.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "").split(";");
        boolean foreign = type.length > 1 && type[1].startsWith("charset=") && !type[1].equals("charset=utf-8")
                && !type[1].equals("charset=us-ascii");
        if (!type[0].equals("text/plain") || foreign || bytes.length == 0) {
            return Optional.empty();
        }
        for (byte b : bytes) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f') {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static byte[] text(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 64);
        try (JsonGenerator out = MessageJson.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("type", "text");
            out.writeStringField("media_type", "text/plain");
            out.writeStringField("data", text);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static byte[] base64(String mediaType, byte[] bytes) {
        byte[] head = ascii("{\"type\":\"base64\",\"media_type\":\"" + mediaType + "\",\"data\":\"");
        byte[] data = Base64.getEncoder().encode(bytes);
        byte[] json = new byte[head.length + data.length + 2];
        System.arraycopy(head, 0, json, 0, head.length);
        System.arraycopy(data, 0, json, head.length, data.length);
        json[json.length - 2] = '"';
        json[json.length - 1] = '}';
        return json;
    }
}
