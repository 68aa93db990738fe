package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ReplyValue;
import dev.caravan.provider.openai.Chunk.Piece;
import dev.caravan.provider.openai.Chunk.ToolFragment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a chunk of a stream or a whole reply straight from its bytes; this happens once a token. A field of an unexpected type
 * is passed over like one that is not known: servers add their own. Not thread-safe; one reads one chunk.
 */
final class ChunkReader {
    private static final String WHOLE = "message";

    private final JsonParser json;
    private final String turnField;

    private String reasoningContent = "";
    private String reasoning = "";
    private String reasoningDetails = "";
    private String detailsText = "";
    private List<Piece> content = List.of();
    private String refusal = "";
    private List<ToolFragment> calls = List.of();
    private String finishReason = "";
    private String matchedStop = "";
    private String serviceTier;
    private OpenAiUsage usage;
    private ProviderError error;
    private boolean errorObject;
    private boolean turn;
    private boolean otherTurn;

    private ChunkReader(JsonParser json, String turnField) {
        this.json = json;
        this.turnField = turnField;
    }

    /**
     * Reads {@code chat.completion.chunk}, whose choices have a {@code delta}. Some servers have no stream to give for some requests, and
     * send the whole reply as its one event: then there is a {@code message}, perhaps beside a delta of nothing. (Others send both, the
     * message being all that was said.)
     */
    static Chunk chunk(byte[] buffer, int offset, int length) throws IOException {
        return read(buffer, offset, length, "delta");
    }

    /** Reads {@code chat.completion}, whose choices have a {@code message}. */
    static Chunk completion(byte[] buffer, int offset, int length) throws IOException {
        return read(buffer, offset, length, WHOLE);
    }

    private static Chunk read(byte[] buffer, int offset, int length, String turnField) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            ChunkReader reader = new ChunkReader(json, turnField);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            reader.object();
            if (json.nextToken() != null) {
                throw new IOException("more than a JSON object");
            }
            if (reader.errorObject && reader.error == null) {
                reader.error = ProviderError.of(buffer, offset, length);
            }
            Chunk chunk = reader.result();
            boolean endsInNothing = !chunk.finishReason().isEmpty() && !chunk.hasOutput();
            return reader.otherTurn && (endsInNothing || !reader.turn) ? completion(buffer, offset, length) : chunk;
        }
    }

    private Chunk result() {
        // Some servers say the same under two names, so only one of them counts.
        String thought = !reasoningContent.isEmpty()
                ? reasoningContent
                : !reasoning.isEmpty() ? reasoning : detailsText;
        return new Chunk(thought, reasoningDetails, content, refusal, calls, finishReason, matchedStop, serviceTier,
                usage, error, turnField.equals(WHOLE));
    }

    private void object() throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "choices" -> choices();
                case "usage" -> usage();
                case "x_groq" -> groq();
                case "error" -> error();
                case "service_tier" -> serviceTier = ServiceTiers.read(json);
                // Older vLLM: the error's fields at the top, in an object that says what it is.
                case "object" -> errorObject = "error".equals(ReplyValue.string(json));
                default -> json.skipChildren();
            }
        }
    }

    private void choices() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        // More than one choice is never asked for.
        if (json.nextToken() == JsonToken.START_OBJECT) {
            choice();
        }
        while (json.currentToken() != JsonToken.END_ARRAY) {
            json.skipChildren();
            json.nextToken();
        }
    }

    private void choice() throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            turn |= field.equals(turnField);
            if (field.equals(turnField) && value == JsonToken.START_OBJECT) {
                turn();
                continue;
            }
            switch (field) {
                case WHOLE -> {
                    otherTurn = value == JsonToken.START_OBJECT;
                    json.skipChildren();
                }
                case "finish_reason" -> finishReason = ReplyValue.string(json);
                // vLLM, SGLang: a text for a stop sequence, a number for a token.
                case "stop_reason", "matched_stop" -> matchedStop = ReplyValue.string(json);
                // Moonshot tells the usage here, OpenRouter an error.
                case "usage" -> usage();
                case "error" -> error();
                default -> json.skipChildren();
            }
        }
    }

    private void turn() throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            switch (field) {
                case "content" -> {
                    if (value == JsonToken.VALUE_STRING) {
                        piece(false, json.getText());
                    } else if (value == JsonToken.START_ARRAY) {
                        parts();
                    } else {
                        json.skipChildren();
                    }
                }
                case "reasoning_content" -> reasoningContent = ReplyValue.string(json);
                case "reasoning" -> reasoning = ReplyValue.string(json);
                case "reasoning_details" -> reasoningDetails(value);
                case "refusal" -> refusal += ReplyValue.string(json);
                case "tool_calls" -> toolCalls();
                case "function_call" -> toolCall();
                case "images", "audio" -> media(field, value);
                default -> json.skipChildren();
            }
        }
    }

    /** What the Messages API has no block for would be lost without a word. Many servers send the field with nothing in it. */
    private void media(String field, JsonToken value) throws IOException {
        boolean holdsSome = value.isStructStart()
                ? !json.nextToken().isStructEnd()
                : !ReplyValue.string(json).isEmpty();
        if (holdsSome) {
            throw OpenAiErrors.broken("the provider's reply holds " + field + ", which the Messages API cannot carry");
        }
    }

    /** Kept as a whole, beside the text in it. */
    private void reasoningDetails(JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        String array = ReplyValue.json(json);
        try (JsonParser within = MessageJson.FACTORY.createParser(array)) {
            within.nextToken();
            detailsText = new ChunkReader(within, turnField).joined("text", "summary");
        }
        reasoningDetails = array.equals("[]") ? "" : array;
    }

    private void piece(boolean thinking, String text) {
        if (!text.isEmpty()) {
            if (content.isEmpty()) {
                content = new ArrayList<>(1);
            }
            content.add(new Piece(thinking, text));
        }
    }

    /** Mistral: content as an array of parts, the reasoning among them. */
    private void parts() throws IOException {
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            String type = "";
            String text = "";
            String thinking = "";
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (field) {
                    case "type" -> type = ReplyValue.string(json);
                    case "text" -> text = ReplyValue.string(json);
                    case "refusal" -> refusal += ReplyValue.string(json);
                    case "thinking" ->
                        thinking = value == JsonToken.START_ARRAY
                                ? joined("text", "thinking")
                                : ReplyValue.string(json);
                    case "image_url", "input_audio", "file" -> media(field, value);
                    default -> json.skipChildren();
                }
            }
            piece(true, thinking);
            piece("thinking".equals(type) || "reasoning".equals(type), text);
        }
    }

    /** The texts of an array of objects, joined; of each the first of two fields that has one. */
    private String joined(String field, String otherField) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return "";
        }
        String joined = "";
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            String text = "";
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                if (name.equals(field) || name.equals(otherField) && text.isEmpty()) {
                    text = ReplyValue.string(json);
                } else {
                    json.skipChildren();
                }
            }
            joined = joined.isEmpty() ? text : joined + text;
        }
        return joined;
    }

    private void toolCalls() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            toolCall();
        }
    }

    /** A call with its function, or the older form, which is the function alone. */
    private void toolCall() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        int index = -1;
        String id = "";
        String name = "";
        String arguments = "";
        boolean inFunction = false;
        while (true) {
            String field = json.nextFieldName();
            if (field == null) {
                if (!inFunction) {
                    break;
                }
                inFunction = false;
                continue;
            }
            JsonToken value = json.nextToken();
            switch (field) {
                case "index" -> index = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : -1;
                case "id" -> id = ReplyValue.string(json);
                case "name" -> name = ReplyValue.string(json);
                case "arguments" -> arguments = arguments(value);
                case "function" -> {
                    if (value == JsonToken.START_OBJECT && !inFunction) {
                        inFunction = true;
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }
        ToolFragment fragment = new ToolFragment(Math.max(-1, index), id, name, arguments);
        if (!fragment.isEmpty()) {
            if (calls.isEmpty()) {
                calls = new ArrayList<>(2);
            }
            calls.add(fragment);
        }
    }

    /** MiniMax and others send the arguments as an object instead of its text. */
    private String arguments(JsonToken value) throws IOException {
        return value.isStructStart() ? ReplyValue.json(json) : ReplyValue.string(json);
    }

    private void usage() throws IOException {
        OpenAiUsage told = OpenAiUsage.read(json);
        usage = told == null ? usage : told;
    }

    /** Groq repeats the usage under a name of its own, and sometimes tells it only there. */
    private void groq() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "usage" -> usage();
                case "error" -> error();
                default -> json.skipChildren();
            }
        }
    }

    private void error() throws IOException {
        ProviderError told = ProviderError.read(json);
        error = told == null ? error : told;
    }
}
