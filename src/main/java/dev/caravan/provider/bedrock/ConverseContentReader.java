package dev.caravan.provider.bedrock;

import static dev.caravan.provider.bedrock.ConverseResponseDecoder.failure;
import static dev.caravan.provider.bedrock.ConverseResponseDecoder.object;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import dev.caravan.provider.ReplyValue;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the content of a reply, straight from its bytes, since this happens once a token: the events of its blocks in a stream, or
 * all blocks of a whole reply. Not thread-safe.
 */
final class ConverseContentReader {
    /** The most characters of a signature; Anthropic's are some thousands. */
    private static final int LONGEST_SIGNATURE = 1 << 20;

    private final EventSequencer out;
    private final MessageStart opening;
    private final ToolNames names;
    private final Reasoning reasoning;
    /** The signature of the reasoning at hand, which may come in pieces, and the block that it is of. */
    private final StringBuilder signature = new StringBuilder();
    private int signed = -1;
    private long characters;

    ConverseContentReader(EventSequencer out, MessageStart opening, ToolNames names, Reasoning reasoning) {
        this.out = out;
        this.opening = opening;
        this.names = names;
        this.reasoning = reasoning;
    }

    /** Opens the message, unless it is open. */
    void open() {
        out.start(opening.id(), opening.model(), opening.usage());
    }

    /** How much has been said, for an estimate where the usage is not told. */
    long characters() {
        return characters;
    }

    /** A {@code contentBlockStart}. */
    void start(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            object(json);
            int index = -1;
            ToolStart tool = null;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("contentBlockIndex")) {
                    index = index(json);
                } else if (field.equals("start") && value == JsonToken.START_OBJECT) {
                    for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
                        json.nextToken();
                        if (!kind.equals("toolUse")) {
                            throw notCarried(kind);
                        }
                        tool = ToolStart.read(json);
                    }
                } else {
                    json.skipChildren();
                }
            }
            if (tool != null) {
                open();
                endReasoning();
                characters += tool.name.length();
                out.endTool(index);
                out.tool(index, tool.id, names.fromProvider(tool.name), "");
            }
        }
    }

    /** A {@code contentBlockDelta}. Its index may stand behind what it is of. */
    void delta(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            object(json);
            Piece piece = null;
            int index = -1;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("delta") && value == JsonToken.START_OBJECT) {
                    piece = piece(json);
                } else if (field.equals("contentBlockIndex")) {
                    index = index(json);
                } else {
                    json.skipChildren();
                }
            }
            if (piece != null) {
                tell(piece, index);
            }
        }
    }

    /** A {@code contentBlockStop}. */
    void stop(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            object(json);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                if (field.equals("contentBlockIndex")) {
                    int index = index(json);
                    if (out.started()) {
                        endReasoning();
                        out.endTool(index);
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    /** A block that is signed is a block of its own: the signature is of its text, and of no text if it has none. */
    void endReasoning() {
        if (!signature.isEmpty()) {
            out.seal(reasoning.toClient(signature.toString()));
            signature.setLength(0);
        }
    }

    private enum Kind {
        TEXT, INPUT, THOUGHT, SIGNATURE, REDACTED
    }

    private record Piece(Kind kind, String text) {}

    private static Piece piece(JsonParser json) throws IOException {
        Piece piece = null;
        for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            switch (kind) {
                case "text" -> piece = new Piece(Kind.TEXT, ReplyValue.string(json));
                case "toolUse" -> piece = member(json, "input", Kind.INPUT);
                case "reasoningContent" -> piece = thought(json, value);
                // Where the answer has it from, which only Anthropic's own API tells in a form of its own.
                case "citation" -> json.skipChildren();
                default -> throw notCarried(kind);
            }
        }
        return piece;
    }

    private static Piece member(JsonParser json, String name, Kind kind) throws IOException {
        Piece piece = null;
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                String value = ReplyValue.string(json);
                piece = field.equals(name) ? new Piece(kind, value) : piece;
            }
        }
        return piece;
    }

    private static Piece thought(JsonParser json, JsonToken value) throws IOException {
        Piece piece = null;
        if (value == JsonToken.START_OBJECT) {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                String text = ReplyValue.string(json);
                switch (field) {
                    case "text" -> piece = new Piece(Kind.THOUGHT, text);
                    case "signature" -> piece = new Piece(Kind.SIGNATURE, text);
                    case "redactedContent" -> piece = new Piece(Kind.REDACTED, text);
                    default -> {
                        // told beside these, or not at all
                    }
                }
            }
        }
        return piece;
    }

    private void tell(Piece piece, int index) {
        if (piece.text.isEmpty()) {
            return;
        }
        open();
        if (piece.kind != Kind.SIGNATURE || index != signed) {
            endReasoning();
        }
        switch (piece.kind) {
            case TEXT -> text(piece.text);
            case INPUT -> {
                characters += piece.text.length();
                out.tool(index, null, null, piece.text);
            }
            case THOUGHT -> thought(piece.text);
            case SIGNATURE -> {
                signed = index;
                signature.append(piece.text);
                if (signature.length() > LONGEST_SIGNATURE) {
                    throw failure("the provider sent a signature of more than " + LONGEST_SIGNATURE + " bytes");
                }
            }
            case REDACTED -> out.redactedThinking(reasoning.toClient(piece.text));
        }
    }

    private void text(String text) {
        characters += text.length();
        out.text(text);
    }

    private void thought(String text) {
        characters += text.length();
        out.thinking(text);
        out.signature(Reasoning.UNSIGNED);
    }

    /** The blocks of a whole reply; the parser stands at the beginning of their array. */
    void blocks(JsonParser json, byte[] reply) throws IOException {
        open();
        int index = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new IOException("a block that is no object");
            }
            for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
                json.nextToken();
                switch (kind) {
                    case "text" -> text(ReplyValue.string(json));
                    case "toolUse" -> tool(index, ToolStart.read(json, reply));
                    case "reasoningContent" -> reasoning(json);
                    case "citationsContent" -> cited(json);
                    default -> throw notCarried(kind);
                }
            }
            index++;
        }
    }

    private void tool(int index, ToolStart tool) {
        characters += tool.name.length() + tool.input.length();
        out.tool(index, tool.id, names.fromProvider(tool.name), tool.input);
        out.endTool(index);
    }

    private void reasoning(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("redactedContent") && value == JsonToken.VALUE_STRING) {
                out.redactedThinking(reasoning.toClient(json.getText()));
            } else if (field.equals("reasoningText") && value == JsonToken.START_OBJECT) {
                String text = "";
                String signedAs = "";
                for (String part = json.nextFieldName(); part != null; part = json.nextFieldName()) {
                    json.nextToken();
                    switch (part) {
                        case "text" -> text = ReplyValue.string(json);
                        case "signature" -> signedAs = ReplyValue.string(json);
                        default -> json.skipChildren();
                    }
                }
                thought(text);
                if (!signedAs.isEmpty()) {
                    out.seal(reasoning.toClient(signedAs));
                }
            } else {
                json.skipChildren();
            }
        }
    }

    /** Text with where it is from; the text is the answer. */
    private void cited(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            if (json.nextToken() != JsonToken.START_ARRAY || !field.equals("content")) {
                json.skipChildren();
                continue;
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    json.skipChildren();
                    continue;
                }
                for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
                    json.nextToken();
                    String text = ReplyValue.string(json);
                    if (kind.equals("text")) {
                        text(text);
                    }
                }
            }
        }
    }

    private static int index(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return json.getIntValue();
        }
        json.skipChildren();
        return -1;
    }

    private static RuntimeException notCarried(String kind) {
        return failure("the model answered with a block of kind \"" + Text.excerpt(kind)
                + "\", which the Messages API has nothing for");
    }

    /** A call: its beginning in a stream, all of it in a whole reply. */
    private record ToolStart(String id, String name, String input) {
        static ToolStart read(JsonParser json) throws IOException {
            return read(json, null);
        }

        /** @param reply the bytes that the parser reads, from which the input is taken as it stands there; null for no input */
        static ToolStart read(JsonParser json, byte[] reply) throws IOException {
            String id = "";
            String name = "";
            String input = "";
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new IOException("a call that is no object");
            }
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                switch (field) {
                    case "toolUseId" -> id = ReplyValue.string(json);
                    case "name" -> name = ReplyValue.string(json);
                    case "input" -> {
                        int start = (int) json.currentTokenLocation().getByteOffset();
                        json.skipChildren();
                        int end = (int) json.currentLocation().getByteOffset();
                        if (reply != null && value.isStructStart()) {
                            input = slice(reply, start, end);
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            return new ToolStart(id, name, input);
        }

        private static String slice(byte[] reply, int start, int end) throws IOException {
            if (start < 0) {
                throw new IOException("not UTF-8");
            }
            return new String(reply, start, end - start, StandardCharsets.UTF_8);
        }
    }
}
