package dev.caravan.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes the output lines of the exec protocol, each in one piece and at once. An {@link IOException} means that the other end
 * has gone.
 */
final class OutputLines {
    private final OutputStream out;

    OutputLines(OutputStream out) {
        this.out = out;
    }

    /** Some text of the answer; nothing is written for no text. */
    void text(String text) throws IOException {
        if (!text.isEmpty()) {
            line("text", text);
        }
    }

    void toolUse(String name, Map<String, Object> input) throws IOException {
        line("tool_use", pair("name", name, "input", input));
    }

    void usage(int inputTokens, int outputTokens) throws IOException {
        line("usage", pair("input_tokens", inputTokens, "output_tokens", outputTokens));
    }

    void error(String type, String message) throws IOException {
        line("error", pair("type", type, "message", message));
    }

    /** The end of the answer, with the stop sequence that ended it or null. */
    void done(String stopReason, String stopSequence) throws IOException {
        line("done", pair("stop_reason", stopReason, stopSequence == null ? null : "stop_sequence", stopSequence));
    }

    private static Map<String, Object> pair(String key1, Object value1, String key2, Object value2) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put(key1, value1);
        if (key2 != null) {
            pair.put(key2, value2);
        }
        return pair;
    }

    private void line(String key, Object value) throws IOException {
        StringBuilder line = new StringBuilder(64).append("{\"").append(key).append("\":");
        out.write(JsonWriter.write(value, line).append("}\n").toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
