package dev.caravan.provider.exec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * One line of a process's reply, read. What the line does not say is null; keys that the protocol does not know are passed over,
 * and a null stands for a key that is not there. Not thread-safe.
 */
final class ExecLine {
    String thinking;
    String signature;
    String text;
    ToolUse toolUse;
    String toolInput;
    Tokens usage;
    Failure error;
    Done done;
    boolean cancelled;

    private final JsonParser json;
    private final byte[] buffer;
    private final int offset;

    /** A call of a tool; the id is null when none was given, the input when it is to follow in pieces. */
    record ToolUse(String id, String name, RawJson input) {}

    /** Numbers of tokens, each empty when not told. */
    record Tokens(OptionalLong input, OptionalLong cacheCreation, OptionalLong cacheRead, OptionalLong output) {}

    /** What went wrong; both may be null. */
    record Failure(String type, String message) {}

    /** Why the message is complete; both may be null. */
    record Done(String stopReason, String stopSequence) {}

    private ExecLine(JsonParser json, byte[] buffer, int offset) {
        this.json = json;
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Reads a line.
     *
     * @throws ExecLineException when it is not a JSON object or a known key has a value of another type; the message never
     *         repeats what stood there
     */
    static ExecLine read(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            ExecLine line = new ExecLine(json, buffer, offset);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw notAnObject();
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_NULL) {
                    line.field(key);
                }
            }
            if (json.nextToken() != null) {
                throw notAnObject();
            }
            return line;
        } catch (JsonProcessingException e) {
            throw notAnObject();
        }
    }

    private static ExecLineException notAnObject() {
        return new ExecLineException("sent a line that is not one JSON object");
    }

    private void field(String key) throws IOException {
        switch (key) {
            case "thinking" -> thinking = string(key);
            case "signature" -> signature = string(key);
            case "text" -> text = string(key);
            case "tool_use" -> toolUse = toolUse();
            case "tool_input" -> toolInput = string(key);
            case "usage" -> usage = usage();
            case "error" -> error = error();
            case "done" -> done = done();
            case "cancelled" -> {
                cancelled = true;
                json.skipChildren();
            }
            default -> json.skipChildren();
        }
    }

    private ToolUse toolUse() throws IOException {
        String id = null;
        String name = null;
        RawJson input = null;
        for (String key = firstKey("tool_use"); key != null; key = nextKey()) {
            switch (key) {
                case "id" -> id = string("tool_use.id");
                case "name" -> name = string("tool_use.name");
                case "input" -> input = object("tool_use.input");
                default -> json.skipChildren();
            }
        }
        if (name == null || name.isEmpty()) {
            throw new ExecLineException("tool_use.name: expected the tool's name");
        }
        return new ToolUse(id, name, input);
    }

    private Tokens usage() throws IOException {
        OptionalLong input = OptionalLong.empty();
        OptionalLong cacheCreation = OptionalLong.empty();
        OptionalLong cacheRead = OptionalLong.empty();
        OptionalLong output = OptionalLong.empty();
        for (String key = firstKey("usage"); key != null; key = nextKey()) {
            switch (key) {
                case "input_tokens" -> input = count("usage.input_tokens");
                case "cache_creation_input_tokens" -> cacheCreation = count("usage.cache_creation_input_tokens");
                case "cache_read_input_tokens" -> cacheRead = count("usage.cache_read_input_tokens");
                case "output_tokens" -> output = count("usage.output_tokens");
                default -> json.skipChildren();
            }
        }
        return new Tokens(input, cacheCreation, cacheRead, output);
    }

    private Failure error() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return new Failure(null, json.getText());
        }
        String type = null;
        String message = null;
        for (String key = firstKey("error"); key != null; key = nextKey()) {
            switch (key) {
                case "type" -> type = string("error.type");
                case "message" -> message = string("error.message");
                default -> json.skipChildren();
            }
        }
        return new Failure(type, message);
    }

    private Done done() throws IOException {
        String stopReason = null;
        String stopSequence = null;
        for (String key = firstKey("done"); key != null; key = nextKey()) {
            switch (key) {
                case "stop_reason" -> stopReason = string("done.stop_reason");
                case "stop_sequence" -> stopSequence = string("done.stop_sequence");
                default -> json.skipChildren();
            }
        }
        return new Done(stopReason, stopSequence);
    }

    private String firstKey(String path) throws IOException {
        expect(json.currentToken() == JsonToken.START_OBJECT, path, "an object");
        return nextKey();
    }

    /** Moves to the value of the next key that has one; null at the end of the object. */
    private String nextKey() throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_NULL) {
                return key;
            }
        }
        return null;
    }

    private String string(String path) throws IOException {
        expect(json.currentToken() == JsonToken.VALUE_STRING, path, "a string");
        return json.getText();
    }

    private OptionalLong count(String path) throws IOException {
        expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getTextLength() < 19
                && json.getLongValue() >= 0,
                path, "a whole number, 0 or more");
        return OptionalLong.of(json.getLongValue());
    }

    private RawJson object(String path) throws IOException {
        expect(json.currentToken() == JsonToken.START_OBJECT, path, "an object");
        int from = (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        return new RawJson(buffer, offset + from, (int) json.currentLocation().getByteOffset() - from);
    }

    private static void expect(boolean holds, String path, String what) throws ExecLineException {
        if (!holds) {
            throw new ExecLineException(path + ": expected " + what);
        }
    }

    /** A line is not as the protocol has it. */
    static final class ExecLineException extends IOException {
        private static final long serialVersionUID = 1L;

        ExecLineException(String message) {
            super(message);
        }
    }
}
