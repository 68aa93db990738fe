package dev.caravan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The requests of a batch, read from a file with one a line: as the Message Batches API takes them, or their params alone. A line's
 * own bytes are kept as they are. Empty lines are passed over. Not thread-safe.
 */
final class BatchLines {
    /** More is refused by the Messages API. */
    private static final int LONGEST_LINE = 32 << 20;
    private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final int LONGEST_REASON = 200;
    private static final JsonFactory JSON = new JsonFactory();

    private final LineReader lines;
    private final Optional<String> model;
    private final OptionalInt maxTokens;
    /** The line of every custom_id. */
    private final Map<String, Integer> ids = new HashMap<>();

    /** What the first level of a JSON object says; -1 for a field that is not there. */
    private static final class Found {
        private String customId;
        private int params = -1;
        private boolean isMessages;
        private boolean isChatCompletions;
        private boolean hasModel;
        private boolean hasMaxTokens;
    }

    /**
     * @param model the model of requests that name none
     * @param maxTokens the max_tokens of requests that have none
     */
    BatchLines(InputStream in, Optional<String> model, OptionalInt maxTokens) {
        lines = new LineReader(in, LONGEST_LINE);
        this.model = model;
        this.maxTokens = maxTokens;
    }

    /**
     * The next request, as JSON; empty at the end.
     *
     * @throws CommandFailure when a line is none, with the line's number
     */
    Optional<byte[]> next() throws IOException, CommandFailure {
        Optional<byte[]> line = lines.next().map(this::withoutMark);
        while (line.isPresent() && isBlank(line.get())) {
            line = lines.next();
        }
        return line.isEmpty() ? Optional.empty() : Optional.of(request(line.get()));
    }

    /** How many requests there were. */
    int count() {
        return ids.size();
    }

    private byte[] request(byte[] line) throws CommandFailure {
        Found found = read(line);
        if (found.isChatCompletions) {
            throw wrong("this is a line of an OpenAI batch; expected custom_id and params of the Messages API");
        }
        if (found.params < 0 && found.customId != null) {
            throw wrong("params: expected, beside custom_id");
        }
        if (found.params < 0 && !found.isMessages) {
            throw wrong("expected a request, {\"custom_id\":…,\"params\":{…}}, or its params, {\"messages\":[…],…}");
        }
        boolean wrapped = found.params >= 0;
        if (wrapped && found.customId == null) {
            throw wrong("custom_id: expected, beside params");
        }
        String id = wrapped ? found.customId : "line-" + lines.number();
        note(id);
        ByteArrayOutputStream request = new ByteArrayOutputStream(line.length + 128);
        int params = wrapped ? found.params : indexOfBrace(line);
        if (wrapped) {
            request.write(line, 0, params);
        } else {
            request.writeBytes(("{\"custom_id\":\"" + id + "\",\"params\":").getBytes(StandardCharsets.US_ASCII));
        }
        request.write('{');
        request.writeBytes(missing(found, wrapped ? "params." : ""));
        request.write(line, params + 1, line.length - params - 1);
        if (!wrapped) {
            request.write('}');
        }
        return request.toByteArray();
    }

    /** The members that the line lacks, each with the comma behind it: a request has messages, so more always follows. */
    private byte[] missing(Found found, String path) throws CommandFailure {
        StringBuilder members = new StringBuilder();
        if (!found.hasModel) {
            String filled = model.orElseThrow(() -> wrong(path + "model: expected; --model NAME fills it in"));
            members.append("\"model\":\"")
                    .append(JsonStringEncoder.getInstance().quoteAsString(filled))
                    .append("\",");
        }
        if (!found.hasMaxTokens) {
            if (maxTokens.isEmpty()) {
                throw wrong(path + "max_tokens: expected; --max-tokens N fills it in");
            }
            members.append("\"max_tokens\":").append(maxTokens.getAsInt()).append(',');
        }
        return members.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void note(String id) throws CommandFailure {
        if (!CUSTOM_ID.matcher(id).matches()) {
            throw wrong("custom_id: expected 1 to 64 letters, digits, - and _");
        }
        Integer before = ids.putIfAbsent(id, lines.number());
        if (before != null) {
            throw wrong("custom_id: " + id + " is also that of line " + before);
        }
    }

    private Found read(byte[] line) throws CommandFailure {
        if (contains(line, (byte) 0) || line[0] == (byte) 0xFE || line[0] == (byte) 0xFF) {
            throw wrong("expected UTF-8");
        }
        Found found = new Found();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("expected a JSON object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                readMember(json, json.currentName(), found);
            }
            if (json.nextToken() != null) {
                throw wrong("expected nothing behind the JSON object");
            }
            return found;
        } catch (JsonProcessingException e) {
            throw wrong("not JSON: " + TerminalText.line(e.getOriginalMessage(), LONGEST_REASON));
        } catch (IOException e) {
            throw wrong("not JSON: " + TerminalText.line(String.valueOf(e.getMessage()), LONGEST_REASON));
        }
    }

    private void readMember(JsonParser json, String name, Found found) throws IOException, CommandFailure {
        JsonToken value = json.nextToken();
        switch (name) {
            case "custom_id" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw wrong("custom_id: expected a string");
                }
                found.customId = json.getText();
            }
            case "params" -> {
                if (value != JsonToken.START_OBJECT) {
                    throw wrong("params: expected an object");
                }
                found.params = (int) json.currentTokenLocation().getByteOffset();
                readParams(json, found);
            }
            case "body" -> found.isChatCompletions = value == JsonToken.START_OBJECT;
            default -> {
                // What stands behind params is none of theirs either.
                if (found.params < 0) {
                    noteParam(name, found);
                }
            }
        }
        json.skipChildren();
    }

    private void readParams(JsonParser json, Found found) throws IOException, CommandFailure {
        // What stood before params, such as a model, is none of theirs.
        found.isMessages = false;
        found.hasModel = false;
        found.hasMaxTokens = false;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            noteParam(name, found);
            json.skipChildren();
        }
        if (!found.isMessages) {
            throw wrong("params.messages: expected");
        }
    }

    private static void noteParam(String name, Found found) {
        switch (name) {
            case "messages" -> found.isMessages = true;
            case "model" -> found.hasModel = true;
            case "max_tokens" -> found.hasMaxTokens = true;
            default -> {
                // for the server to judge
            }
        }
    }

    private CommandFailure wrong(String what) {
        return new CommandFailure("line " + lines.number() + ": " + what);
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Without the byte order mark that some editors put before the first line. */
    private byte[] withoutMark(byte[] line) {
        boolean canBe = lines.number() == 1 && line.length >= 3;
        boolean marked = canBe && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(line, 3, line.length) : line;
    }

    private static int indexOfBrace(byte[] line) {
        int index = 0;
        while (line[index] != '{') {
            index++;
        }
        return index;
    }

    private static boolean contains(byte[] line, byte wanted) {
        for (byte b : line) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }
}
