package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * A server-sent event as it came over the wire.
 *
 * @param name    empty for a comment
 * @param data    the data, or the comment
 * @param nanos   when it had arrived, on the clock of {@link System#nanoTime()}
 */
record WireEvent(String name, String data, long nanos) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static WireEvent of(byte[] frame) {
        String text = new String(frame, UTF_8);
        String[] lines = text.split("\n");
        if (lines.length == 1 && lines[0].startsWith(":")) {
            return new WireEvent("", lines[0].substring(1), System.nanoTime());
        }
        if (!lines[0].startsWith("event: ") || lines.length < 2) {
            throw new AssertionError("not an event of the Messages API: " + text);
        }
        StringBuilder data = new StringBuilder();
        for (int i = 1; i < lines.length; i++) {
            if (!lines[i].startsWith("data: ")) {
                throw new AssertionError("not a data line: " + lines[i]);
            }
            data.append(i == 1 ? "" : "\n").append(lines[i].substring("data: ".length()));
        }
        return new WireEvent(lines[0].substring("event: ".length()), data.toString(), System.nanoTime());
    }

    boolean isComment() {
        return name.isEmpty();
    }

    JsonNode json() {
        try {
            return JSON.readTree(data);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + data, e);
        }
    }
}
