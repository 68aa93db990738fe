package dev.caravan.exec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * One line of a kept process, looked at as far as its keeper needs: whose it is, and what it means for the life of the request and
 * of the process. What it says to the client is read by somebody else. See {@code docs/exec-protocol.md}. Not thread-safe.
 */
final class WorkerLine {
    /** The request's or the ping's id, null when there is none. */
    String id;
    /** Whether it is the last line of its request. */
    boolean last;
    /** Whether it is a part of the answer. */
    boolean answer;
    /** What the process says of itself once it has loaded, else null. */
    ReadyLine ready;
    /** What an {@code error} says, empty when it says nothing, null when there is none. */
    String error;
    /** What {@code progress} says, null when there is none. */
    ProgressLine progress;
    /** Whether it answers a ping. */
    boolean pong;
    /** What the process holds, as it tells with a pong. */
    long memoryBytes;
    /** Whether it tells how many tokens were used. */
    boolean usage;
    OptionalLong inputTokens = OptionalLong.empty();
    OptionalLong cachedTokens = OptionalLong.empty();
    OptionalLong outputTokens = OptionalLong.empty();
    OptionalLong prefillMillis = OptionalLong.empty();
    OptionalLong generationMillis = OptionalLong.empty();

    private final JsonParser json;

    /**
     * What a process says of itself, as far as it does.
     *
     * @param protocol the version of the protocol that it speaks
     * @param concurrency how many requests it works on at a time, 1 when it does not say
     * @param version what it is, null when it does not say
     */
    record ReadyLine(long protocol, long concurrency, String version) {}

    /** How far it is; both may be null. */
    record ProgressLine(String stage, String message) {}

    private WorkerLine(JsonParser json) {
        this.json = json;
    }

    /**
     * Looks at a line.
     *
     * @throws IOException when it is not one JSON object; the message tells nothing of what stood there
     */
    static WorkerLine read(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            WorkerLine line = new WorkerLine(json);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_NULL) {
                    line.field(key);
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return line;
        }
    }

    private void field(String key) throws IOException {
        switch (key) {
            case "id" -> id = text();
            case "text", "thinking", "signature", "tool_use", "tool_input" -> {
                answer = true;
                json.skipChildren();
            }
            case "done", "cancelled" -> {
                last = true;
                json.skipChildren();
            }
            case "error" -> {
                last = true;
                error();
            }
            case "ready" -> ready();
            case "progress" -> progress();
            case "pong" -> {
                pong = true;
                for (String name = firstKey(); name != null; name = nextKey()) {
                    if (name.equals("memory_bytes")) {
                        memoryBytes = number().orElse(0);
                    }
                }
            }
            case "usage" -> usage();
            case "timings" -> timings();
            default -> json.skipChildren();
        }
    }

    private void error() throws IOException {
        error = "";
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            error = json.getText();
            return;
        }
        for (String name = firstKey(); name != null; name = nextKey()) {
            String text = name.equals("message") ? text() : null;
            error = text == null ? error : text;
        }
    }

    private void ready() throws IOException {
        long protocol = 0;
        long concurrency = 1;
        String version = null;
        for (String name = firstKey(); name != null; name = nextKey()) {
            switch (name) {
                case "protocol" -> protocol = number().orElse(0);
                case "concurrency" -> concurrency = Math.max(1, number().orElse(1));
                case "version" -> version = text();
                default -> json.skipChildren();
            }
        }
        ready = new ReadyLine(protocol, concurrency, version);
    }

    private void progress() throws IOException {
        String stage = null;
        String message = null;
        for (String name = firstKey(); name != null; name = nextKey()) {
            switch (name) {
                case "stage" -> stage = text();
                case "message" -> message = text();
                default -> json.skipChildren();
            }
        }
        progress = new ProgressLine(stage, message);
    }

    private void usage() throws IOException {
        usage = true;
        for (String name = firstKey(); name != null; name = nextKey()) {
            switch (name) {
                case "input_tokens" -> inputTokens = number();
                case "cache_read_input_tokens" -> cachedTokens = number();
                case "output_tokens" -> outputTokens = number();
                default -> json.skipChildren();
            }
        }
    }

    private void timings() throws IOException {
        for (String name = firstKey(); name != null; name = nextKey()) {
            switch (name) {
                case "prefill_ms" -> prefillMillis = number();
                case "generation_ms" -> generationMillis = number();
                default -> json.skipChildren();
            }
        }
    }

    /** Moves to the first value of the object at hand; null when it is none, or has none. */
    private String firstKey() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        return nextKey();
    }

    private String nextKey() throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_NULL) {
                return name;
            }
        }
        return null;
    }

    private String text() throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            json.skipChildren();
            return null;
        }
        return json.getText();
    }

    private OptionalLong number() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
            double value = json.getDoubleValue();
            return value >= 0 ? OptionalLong.of((long) value) : OptionalLong.empty();
        }
        json.skipChildren();
        return OptionalLong.empty();
    }
}
