package dev.caravan.provider.media;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.config.MediaFetch.Type;
import dev.caravan.message.MessageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the sources of type {@code url} in a request's bytes, so that others can be put in their place and all else stays as it is.
 * The request has been found valid before. Not thread-safe; one reads one request.
 */
final class UrlSources {
    private final JsonParser json;
    private final int base;

    private UrlSources(JsonParser json, int base) {
        this.json = json;
        this.base = base;
    }

    /**
     * A source of type {@code url}.
     *
     * @param path where its URL stands, as in {@code messages.0.content.1.source.url}
     * @param start where the source's object begins in the body
     * @param end the byte behind it
     */
    record UrlSource(Type block, String path, String url, int start, int end) {}

    /** The fields of a source that matter here; {@code within} is what stands in a source of type {@code content}. */
    private record Source(String type, String url, int start, int end, List<UrlSource> within) {}

    /**
     * The sources in blocks of these types, in the order of the body.
     *
     * @param body JSON in UTF-8
     */
    static List<UrlSource> in(byte[] body, Set<Type> blocks) {
        boolean marked = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        int base = marked ? 3 : 0;
        try (JsonParser json = MessageJson.FACTORY.createParser(body, base, body.length - base)) {
            return new UrlSources(json, base).request().stream().filter(source -> blocks.contains(source.block()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
    }

    /** The body with other sources, JSON each, in place of these; all other bytes are unchanged. */
    static byte[] replaced(byte[] body, List<UrlSource> sources, List<byte[]> replacements) {
        long size = body.length + replacements.stream().mapToLong(source -> source.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(size));
        int from = 0;
        for (int i = 0; i < sources.size(); i++) {
            UrlSource source = sources.get(i);
            out.write(body, from, source.start() - from);
            out.writeBytes(replacements.get(i));
            from = source.end();
        }
        out.write(body, from, body.length - from);
        return out.toByteArray();
    }

    private List<UrlSource> request() throws IOException {
        List<UrlSource> found = List.of();
        json.nextToken();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("messages") && value == JsonToken.START_ARRAY) {
                found = messages();
            } else {
                json.skipChildren();
            }
        }
        return found;
    }

    private List<UrlSource> messages() throws IOException {
        List<UrlSource> found = new ArrayList<>();
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            List<UrlSource> last = List.of();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("content") && value == JsonToken.START_ARRAY) {
                    last = blocks("messages." + i + ".content.");
                } else {
                    json.skipChildren();
                }
            }
            found.addAll(last);
        }
        return found;
    }

    private List<UrlSource> blocks(String path) throws IOException {
        List<UrlSource> found = new ArrayList<>();
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            if (json.currentToken() == JsonToken.START_OBJECT) {
                found.addAll(block(path + i));
            } else {
                json.skipChildren();
            }
        }
        return found;
    }

    /** The type may come last, so all that could matter is read first. What an object has twice is as the decoder takes it. */
    private List<UrlSource> block(String path) throws IOException {
        String type = "";
        Source source = null;
        List<UrlSource> content = List.of();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("type") && value == JsonToken.VALUE_STRING && type.isEmpty()) {
                type = json.getText();
            } else if (field.equals("source") && value == JsonToken.START_OBJECT) {
                source = source(path + ".source");
            } else if (field.equals("content") && value == JsonToken.START_ARRAY) {
                content = blocks(path + ".content.");
            } else {
                json.skipChildren();
            }
        }
        return switch (type) {
            case "image" -> media(Type.IMAGE, path, source);
            case "document" -> media(Type.DOCUMENT, path, source);
            case "tool_result" -> content;
            default -> List.of();
        };
    }

    private static List<UrlSource> media(Type block, String path, Source source) {
        if (source == null) {
            return List.of();
        }
        return switch (source.type()) {
            case "url" ->
                List.of(new UrlSource(block, path + ".source.url", source.url(), source.start(), source.end()));
            case "content" -> source.within();
            default -> List.of();
        };
    }

    private Source source(String path) throws IOException {
        int start = base + (int) json.currentTokenLocation().getByteOffset();
        String type = "";
        String url = "";
        List<UrlSource> within = List.of();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("type") && value == JsonToken.VALUE_STRING) {
                type = json.getText();
            } else if (field.equals("url") && value == JsonToken.VALUE_STRING) {
                url = json.getText();
            } else if (field.equals("content") && value == JsonToken.START_ARRAY) {
                within = blocks(path + ".content.");
            } else {
                json.skipChildren();
            }
        }
        return new Source(type, url, start, base + (int) json.currentLocation().getByteOffset(), within);
    }
}
