package dev.caravan.message;

import com.fasterxml.jackson.core.JsonToken;
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
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.ContentBlock.UrlSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Decodes the content of messages and the system prompt. Part of {@link RequestDecoder}. */
final class ContentDecoder {
    private static final List<String> IMAGE_SOURCES = List.of("base64", "url", "file");
    private static final List<String> DOCUMENT_SOURCES = List.of("base64", "url", "file", "text", "content");

    private final ApiVersion version;
    private JsonCursor json;
    private long mediaBytes;
    private long mediaTokens;

    ContentDecoder(JsonCursor json, ApiVersion version) {
        this.json = json;
        this.version = version;
    }

    /** How many bytes of base64 were met so far. */
    long mediaBytes() {
        return mediaBytes;
    }

    /** A guess at the tokens of the images and documents met so far, as far as they are not text. */
    long mediaTokens() {
        return mediaTokens;
    }

    /** The system prompt: a string or an array of text blocks. */
    List<ContentBlock> system() throws IOException {
        return blocks(Place.SYSTEM);
    }

    /** A message's content: a string or an array of blocks. */
    List<ContentBlock> message() throws IOException {
        return blocks(Place.MESSAGE);
    }

    /** The content at hand: a string, which stands for one block of text, or an array of blocks. */
    private List<ContentBlock> blocks(Place place) throws IOException {
        if (json.is(JsonToken.VALUE_STRING)) {
            String text = json.string();
            return text.isEmpty() ? List.of() : List.of(new ContentBlock.Text(text));
        }
        if (!json.is(JsonToken.START_ARRAY)) {
            throw json.problem("expected a string or an array of content blocks");
        }
        List<ContentBlock> blocks = new ArrayList<>();
        while (json.nextElement()) {
            blocks.add(block(place));
        }
        return blocks;
    }

    /** What the API refuses of a block because of who speaks. */
    void checkRole(InputMessage.Role role, List<ContentBlock> blocks) {
        for (int i = 0; i < blocks.size(); i++) {
            ContentBlock block = blocks.get(i);
            boolean allowed = switch (role) {
                case SYSTEM -> block instanceof ContentBlock.Text || block instanceof Other;
                case USER -> !(block instanceof ToolUse || block instanceof ContentBlock.Thinking
                        || block instanceof RedactedThinking);
                case ASSISTANT -> !(block instanceof ToolResult || block instanceof Image);
            };
            if (!allowed) {
                throw json.problem("content." + i,
                        "a block of type \"" + Text.excerpt(block.type()) + "\" cannot stand in a message of role \""
                                + role.name().toLowerCase(Locale.ROOT) + "\"");
            }
            if (version == ApiVersion.V2026_10_21) {
                checkVersion(role, block, i);
            }
        }
    }

    private void checkVersion(InputMessage.Role role, ContentBlock block, int index) {
        if (role == InputMessage.Role.ASSISTANT && block instanceof Document) {
            throw json.problem("content." + index,
                    "a document directly in an assistant message is not supported by anthropic-version 2026-10-21");
        }
        if (role == InputMessage.Role.USER && block instanceof ContentBlock.Text text && text.cited()) {
            throw cited("content." + index);
        }
        if (role == InputMessage.Role.USER && block instanceof SearchResult result) {
            for (int i = 0; i < result.content().size(); i++) {
                if (result.content().get(i) instanceof ContentBlock.Text text && text.cited()) {
                    throw cited("content." + index + ".content." + i);
                }
            }
        }
    }

    private ApiException cited(String path) {
        return json.problem(path + ".citations",
                "citations on a text block of a user message are not supported by anthropic-version 2026-10-21");
    }

    private ContentBlock block(Place place) throws IOException {
        json.beginObject();
        int start = json.offset();
        if ("type".equals(json.nextField())) {
            json.value();
            String type = json.string();
            if (!place.allows(type)) {
                throw json.problem(place.refusal(type));
            }
            return block(type, start);
        }
        return blockWithLateType(json.restOfObject(start), place);
    }

    /** JSON objects have no order: where the type does not come first, the block is read once more, for its type. */
    private ContentBlock blockWithLateType(RawJson block, Place place) throws IOException {
        String path = json.path();
        String type = typeOf(block, path, place);
        JsonCursor outer = json;
        try (JsonCursor again = new JsonCursor(block, path)) {
            json = again;
            json.next();
            return block(type, block.offset());
        } finally {
            json = outer;
        }
    }

    private static String typeOf(RawJson block, String path, Place place) throws IOException {
        try (JsonCursor scan = new JsonCursor(block, path)) {
            scan.next();
            for (String field = scan.nextField(); field != null; field = scan.nextField()) {
                scan.value();
                if (field.equals("type")) {
                    String type = scan.string();
                    if (!place.allows(type)) {
                        throw scan.problem(place.refusal(type));
                    }
                    return type;
                }
                scan.skip();
            }
            throw scan.missing("type");
        }
    }

    /** The block of this type, of which the cursor has passed nothing but perhaps the type. */
    private ContentBlock block(String type, int start) throws IOException {
        return switch (type) {
            case "text" -> text();
            case "image" -> image();
            case "document" -> document();
            case "search_result" -> searchResult();
            case "thinking" -> thinking();
            case "redacted_thinking" -> redactedThinking();
            case "tool_use" -> toolUse();
            case "tool_result" -> toolResult();
            default -> new Other(type, json.restOfObject(start));
        };
    }

    private ContentBlock text() throws IOException {
        String text = null;
        boolean cited = false;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            if (present && field.equals("text")) {
                text = json.string();
            } else if (present && field.equals("citations") && json.is(JsonToken.START_ARRAY)) {
                while (json.nextElement()) {
                    cited = true;
                    json.skip();
                }
            } else {
                json.skip();
            }
        }
        return new ContentBlock.Text(required(text, "text"), cited);
    }

    private ContentBlock image() throws IOException {
        Source source = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            if (json.value() && field.equals("source")) {
                source = source(IMAGE_SOURCES);
            } else {
                json.skip();
            }
        }
        return new Image(required(source, "source"));
    }

    private ContentBlock document() throws IOException {
        Source source = null;
        String title = null;
        String context = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (present ? field : "") {
                case "source" -> source = source(DOCUMENT_SOURCES);
                case "title" -> title = json.string();
                case "context" -> context = json.string();
                default -> json.skip();
            }
        }
        return new Document(required(source, "source"), title, context);
    }

    private ContentBlock searchResult() throws IOException {
        String source = null;
        String title = null;
        List<ContentBlock> content = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (present ? field : "") {
                case "source" -> source = json.string();
                case "title" -> title = json.string();
                case "content" -> content = blocks(Place.SEARCH_RESULT);
                default -> json.skip();
            }
        }
        return new SearchResult(required(source, "source"), required(title, "title"), required(content, "content"));
    }

    private ContentBlock thinking() throws IOException {
        String thinking = null;
        String signature = "";
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (present ? field : "") {
                case "thinking" -> thinking = json.string();
                case "signature" -> signature = json.string();
                default -> json.skip();
            }
        }
        return new ContentBlock.Thinking(required(thinking, "thinking"), signature);
    }

    private ContentBlock redactedThinking() throws IOException {
        String data = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            if (json.value() && field.equals("data")) {
                data = json.string();
            } else {
                json.skip();
            }
        }
        return new RedactedThinking(required(data, "data"));
    }

    private ContentBlock toolUse() throws IOException {
        String id = null;
        String name = null;
        RawJson input = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (present ? field : "") {
                case "id" -> id = json.string();
                case "name" -> name = json.string();
                case "input" -> input = json.rawObject();
                default -> json.skip();
            }
        }
        return new ToolUse(required(id, "id"), required(name, "name"), required(input, "input"));
    }

    private ContentBlock toolResult() throws IOException {
        String id = null;
        List<ContentBlock> content = List.of();
        boolean isError = false;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value();
            switch (present ? field : "") {
                case "tool_use_id" -> id = json.string();
                case "content" -> content = blocks(Place.TOOL_RESULT);
                case "is_error" -> isError = json.bool();
                default -> json.skip();
            }
        }
        return new ToolResult(required(id, "tool_use_id"), content, isError);
    }

    private Source source(List<String> types) throws IOException {
        json.beginObject();
        String type = null;
        String mediaType = null;
        String data = null;
        String url = null;
        String fileId = null;
        List<ContentBlock> content = null;
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            boolean present = json.value() && (types.contains("content") || !field.equals("content"));
            switch (present ? field : "") {
                case "type" -> type = json.string();
                case "media_type" -> mediaType = json.string();
                case "data" -> data = json.string();
                case "url" -> url = json.string();
                case "file_id" -> fileId = json.string();
                case "content" -> content = blocks(Place.DOCUMENT);
                default -> json.skip();
            }
        }
        if (!types.contains(required(type, "type"))) {
            throw json.problem("type",
                    "expected one of " + String.join(", ", types) + ", got \"" + Text.excerpt(type) + "\"");
        }
        boolean image = !types.contains("content");
        return switch (type) {
            case "base64" -> {
                mediaBytes += required(data, "data").length();
                mediaTokens += image ? TokenEstimate.IMAGE : TokenEstimate.ofPdf(TokenEstimate.decoded(data));
                yield new Base64Source(required(mediaType, "media_type"), data);
            }
            case "url" -> {
                mediaTokens += image ? TokenEstimate.IMAGE : TokenEstimate.PAGE;
                yield new UrlSource(required(url, "url"));
            }
            case "file" -> {
                mediaTokens += image ? TokenEstimate.IMAGE : TokenEstimate.PAGE;
                yield new FileSource(required(fileId, "file_id"));
            }
            case "text" -> new TextSource(required(data, "data"));
            default -> new ContentSource(required(content, "content"));
        };
    }

    private <T> T required(T value, String field) {
        if (value == null) {
            throw json.missing(field);
        }
        return value;
    }

    /** Where blocks stand. What is none of the types here is newer than this program and left for the provider to judge. */
    private enum Place {
        MESSAGE("a message"), SYSTEM("a system prompt"), TOOL_RESULT("a tool result"), DOCUMENT(
                "a document"), SEARCH_RESULT("a search result");

        private final String name;

        Place(String name) {
            this.name = name;
        }

        boolean allows(String type) {
            return switch (type) {
                case "text" -> true;
                case "image" -> this == MESSAGE || this == TOOL_RESULT || this == DOCUMENT;
                case "document", "search_result" -> this == MESSAGE || this == TOOL_RESULT;
                case "thinking", "redacted_thinking", "tool_use", "tool_result" -> this == MESSAGE;
                default -> this != SYSTEM;
            };
        }

        String refusal(String type) {
            return "a block of type \"" + Text.excerpt(type) + "\" cannot stand in " + name;
        }
    }
}
