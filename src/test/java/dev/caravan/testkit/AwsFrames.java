package dev.caravan.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** Frames of an AWS event stream as AWS's own library writes them. */
public final class AwsFrames {
    private AwsFrames() {}

    /** A frame that holds an event; the payload is its JSON. */
    public static byte[] event(String type, String json) {
        return frame(json, ":event-type", type, ":content-type", "application/json", ":message-type", "event");
    }

    /** A frame that ends a stream with an exception. */
    public static byte[] exception(String type, String json) {
        return frame(json, ":exception-type", type, ":content-type", "application/json", ":message-type",
                "exception");
    }

    /** A frame that ends a stream with an error that has no model of its own. */
    public static byte[] error(String code, String message) {
        return frame("", ":error-code", code, ":error-message", message, ":message-type", "error");
    }

    /** A frame of InvokeModelWithResponseStream around an event of the Messages API. */
    public static byte[] chunk(String event) {
        String bytes = Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8));
        return event("chunk", "{\"bytes\":\"" + bytes + "\",\"p\":\"abcdefghijkl\"}");
    }

    /** Any frame; the headers as name, value, name, value. */
    public static byte[] frame(String payload, String... headers) {
        Map<String, HeaderValue> values = new LinkedHashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            values.put(headers[i], HeaderValue.fromString(headers[i + 1]));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Message(values, payload.getBytes(StandardCharsets.UTF_8)).encode(bytes);
        return bytes.toByteArray();
    }

    /** The frames of a stream of Converse, one a line: the type of an event, a space, its JSON; {@code !} before an exception. */
    public static byte[] stream(String lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : lines.strip().split("\n")) {
            String text = line.strip();
            int space = text.indexOf(' ');
            String type = text.substring(0, space);
            String json = text.substring(space + 1);
            bytes.writeBytes(type.startsWith("!") ? exception(type.substring(1), json) : event(type, json));
        }
        return bytes.toByteArray();
    }
}
