package dev.caravan.chatcompletions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates a part of a message's content into a content block. */
final class ContentPart {
    /** RFC 2397, with the base64 that every client sends. */
    private static final Pattern DATA_URL = Pattern.compile("data:([^;,]*)(?:;[^;,=]+=[^;,]*)*;base64,");
    private static final int MAX_HEAD = 200;

    private ContentPart() {}

    /** The block that says what the part says. */
    static ObjectNode block(JsonField part, Place place) {
        JsonField type = part.object().required("type");
        if (type.string().equals("input_audio")) {
            throw part.get("input_audio").problem("audio is not accepted");
        }
        if (!place.types.contains(type.string())) {
            throw type.unexpected("one of " + String.join(", ", place.types));
        }
        return switch (type.string()) {
            case "image_url" -> image(part.required("image_url"));
            case "file" -> file(part.required("file").object());
            case "refusal" -> text(part.required("refusal"));
            default -> text(part.required("text"));
        };
    }

    private static ObjectNode text(JsonField text) {
        return block("text").put("text", text.string());
    }

    private static ObjectNode image(JsonField image) {
        JsonField url = image.isString() ? image : image.object().required("url");
        ObjectNode block = block("image");
        String address = url.string();
        if (address.startsWith("https://") || address.startsWith("http://")) {
            block.putObject("source").put("type", "url").put("url", address);
            return block;
        }
        Data data = data(url, "a data: URL with base64, or an https: URL");
        String mediaType = data.mediaType.equals("image/jpg") ? "image/jpeg" : data.mediaType;
        base64(block, mediaType, data.base64);
        return block;
    }

    private static ObjectNode file(JsonField file) {
        if (file.get("file_id").present()) {
            throw file.get("file_id").problem("uploaded files are not known here; send the file itself as file_data");
        }
        JsonField content = file.required("file_data");
        Data data = data(content, "a data: URL with base64");
        ObjectNode block = block("document");
        if (data.mediaType.equals("application/pdf")) {
            base64(block, data.mediaType, data.base64);
        } else if (data.mediaType.startsWith("text/")) {
            block.putObject("source").put("type", "text").put("media_type", "text/plain").put("data",
                    decoded(data, content));
        } else {
            throw content.problem("expected a file of type application/pdf or text, got " + data.mediaType);
        }
        if (file.get("filename").present()) {
            block.put("title", file.get("filename").string());
        }
        return block;
    }

    private static void base64(ObjectNode block, String mediaType, String data) {
        block.putObject("source").put("type", "base64").put("media_type", mediaType).put("data", data);
    }

    private static String decoded(Data data, JsonField field) {
        try {
            return new String(Base64.getMimeDecoder().decode(data.base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw field.problem("is not base64");
        }
    }

    /** The value itself is not told: it is the user's. */
    private static Data data(JsonField url, String expected) {
        String address = url.string();
        int comma = address.indexOf(',');
        Matcher head = DATA_URL.matcher(address.substring(0, Math.max(0, comma + 1)));
        if (comma > MAX_HEAD || !head.matches()) {
            throw url.problem("expected " + expected);
        }
        return new Data(head.group(1).toLowerCase(Locale.ROOT), address.substring(comma + 1));
    }

    private static ObjectNode block(String type) {
        return JsonField.JSON.createObjectNode().put("type", type);
    }

    private record Data(String mediaType, String base64) {}

    /** Whose content it is, which decides what it can hold. */
    enum Place {
        SYSTEM("text"), USER("text", "image_url", "file"), ASSISTANT("text", "refusal"), TOOL("text", "image_url");

        private final List<String> types;

        Place(String... types) {
            this.types = List.of(types);
        }
    }
}
