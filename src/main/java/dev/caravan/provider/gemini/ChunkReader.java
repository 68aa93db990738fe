package dev.caravan.provider.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.JsonBuffers;
import dev.caravan.message.Text;
import dev.caravan.provider.ReplyValue;
import dev.caravan.provider.gemini.Chunk.FunctionCall;
import dev.caravan.provider.gemini.Chunk.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a {@code GenerateContentResponse} straight from its bytes; this happens once a chunk. A field of an unexpected type is
 * passed over like one that is not known, except for kinds of output that the Messages API cannot carry: those are an error,
 * since leaving them out would look like a whole reply. Not thread-safe; one reads one reply or chunk.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse">Gemini API:
 *      GenerateContentResponse</a>
 */
final class ChunkReader {
    /** UTF-8 and nothing else: a parser that takes the bytes for UTF-16 knows no offsets of bytes. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .recyclerPool(new JsonBuffers()).build();

    private final JsonParser json;
    private final byte[] buffer;
    private final int offset;

    private List<Part> parts = List.of();
    private String finishReason = "";
    private String finishMessage = "";
    private String blockReason = "";
    private GeminiUsage usage;
    private boolean failed;

    private ChunkReader(JsonParser json, byte[] buffer, int offset) {
        this.json = json;
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Reads one object.
     *
     * @throws IOException when it is none, or more than one
     * @throws ApiException when it holds output that the Messages API cannot carry
     */
    static Chunk read(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = FACTORY.createParser(buffer, offset, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            Chunk chunk = new ChunkReader(json, buffer, offset).object(length);
            if (json.nextToken() != null) {
                throw new IOException("more than a JSON object");
            }
            return chunk;
        }
    }

    /**
     * Reads a whole reply: one object, or an array of them, which is how a stream comes that was not asked for as events.
     *
     * @throws IOException when it is neither
     * @throws ApiException when it holds output that the Messages API cannot carry
     */
    static List<Chunk> readAll(byte[] reply) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        try (JsonParser json = FACTORY.createParser(reply, 0, reply.length)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_OBJECT) {
                chunks.add(new ChunkReader(json, reply, 0).object(reply.length));
            } else if (first == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    if (json.currentToken() != JsonToken.START_OBJECT) {
                        throw new IOException("not an array of JSON objects");
                    }
                    chunks.add(new ChunkReader(json, reply, 0).object(reply.length));
                }
            } else {
                throw new IOException("not a JSON object");
            }
            if (json.nextToken() != null) {
                throw new IOException("more than a JSON value");
            }
        }
        return chunks;
    }

    private Chunk object(int length) throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "candidates" -> candidates();
                case "promptFeedback" -> promptFeedback();
                case "usageMetadata" -> {
                    GeminiUsage told = GeminiUsage.read(json);
                    usage = told == null ? usage : told;
                }
                case "error" -> {
                    failed |= json.currentToken() != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
        ApiException error = failed ? GeminiErrors.inReply(buffer, offset, length) : null;
        return new Chunk(parts, finishReason, finishMessage, blockReason, usage, error);
    }

    private void candidates() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        // More than one candidate is never asked for.
        if (json.nextToken() == JsonToken.START_OBJECT) {
            candidate();
        }
        while (json.currentToken() != JsonToken.END_ARRAY) {
            json.skipChildren();
            if (json.nextToken() == null) {
                throw new IOException("the JSON ends too early");
            }
        }
    }

    private void candidate() throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "content" -> content();
                case "finishReason" -> finishReason = ReplyValue.string(json);
                case "finishMessage" -> finishMessage = ReplyValue.string(json);
                default -> json.skipChildren();
            }
        }
    }

    private void content() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("parts") && value == JsonToken.START_ARRAY) {
                parts();
            } else {
                json.skipChildren();
            }
        }
    }

    private void parts() throws IOException {
        parts = new ArrayList<>(2);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == JsonToken.START_OBJECT) {
                parts.add(part());
            } else {
                json.skipChildren();
            }
        }
    }

    private Part part() throws IOException {
        String text = "";
        boolean thought = false;
        String signature = "";
        FunctionCall call = null;
        boolean known = false;
        String other = null;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            switch (field) {
                case "text" -> {
                    text = ReplyValue.string(json);
                    known = true;
                }
                case "thought" -> {
                    thought = value == JsonToken.VALUE_TRUE;
                    json.skipChildren();
                }
                case "thoughtSignature", "thought_signature" -> signature = ReplyValue.string(json);
                case "functionCall" -> call = functionCall();
                case "inlineData", "fileData", "executableCode", "codeExecutionResult", "functionResponse", "toolCall",
                        "toolResponse" -> {
                    if (value == JsonToken.START_OBJECT) {
                        throw notCarried(field);
                    }
                    json.skipChildren();
                }
                default -> {
                    other = value == JsonToken.START_OBJECT ? field : other;
                    json.skipChildren();
                }
            }
        }
        // Beside text or a call it is told about them; alone it is what the model says.
        if (other != null && !known && call == null && signature.isEmpty()) {
            throw notCarried(other);
        }
        return new Part(text, thought, signature, call);
    }

    private static ApiException notCarried(String kind) {
        return GeminiErrors.broken("the provider's reply holds a part of kind " + Text.excerpt(kind)
                + ", which the Messages API cannot carry");
    }

    private FunctionCall functionCall() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        String id = "";
        String name = "";
        String args = "";
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            switch (field) {
                case "id" -> id = ReplyValue.string(json);
                case "name" -> name = ReplyValue.string(json);
                case "args" -> args = value.isStructStart() ? raw() : ReplyValue.string(json);
                case "partialArgs", "willContinue" -> {
                    if (value == JsonToken.START_ARRAY || value == JsonToken.VALUE_TRUE) {
                        throw GeminiErrors
                                .broken("the provider sent a function call in pieces, which was not asked for");
                    }
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
        if (name.isEmpty()) {
            throw GeminiErrors.broken("the model called a function without naming it");
        }
        return new FunctionCall(id, name, args);
    }

    /** The object or array at hand as it was written: no number loses a digit. */
    private String raw() throws IOException {
        int start = offset + (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        int end = offset + (int) json.currentLocation().getByteOffset();
        return new String(buffer, start, end - start, StandardCharsets.UTF_8);
    }

    private void promptFeedback() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            if (field.equals("blockReason")) {
                blockReason = ReplyValue.string(json);
            } else {
                json.skipChildren();
            }
        }
    }
}
