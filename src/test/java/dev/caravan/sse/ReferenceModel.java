package dev.caravan.sse;

import dev.caravan.sse.SseTranscript.Comment;
import dev.caravan.sse.SseTranscript.Event;
import dev.caravan.sse.SseTranscript.Item;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The standard's algorithm written down word by word over a decoded string, slow and obvious: what the parser is
 * compared with.
 */
final class ReferenceModel {
    private final List<Item> items = new ArrayList<>();
    private String data = "";
    private String type = "";
    private String idBuffer = "";
    private String lastEventId = "";
    private OptionalLong retry = OptionalLong.empty();

    private ReferenceModel() {}

    static SseTranscript read(byte[] stream) {
        String text = new String(stream, StandardCharsets.UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        ReferenceModel model = new ReferenceModel();
        String[] lines = text.split("\r\n|\n|\r", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            model.line(lines[i]);
        }
        String lastEventId = model.lastEventId;
        String last = lines[lines.length - 1];
        if (!last.isEmpty()) {
            model.line(last);
        }
        Event unfinished = model.data.isEmpty() ? null : model.event();
        return new SseTranscript(model.items, unfinished, lastEventId, model.retry, false);
    }

    private void line(String line) {
        int colon = line.indexOf(':');
        if (line.isEmpty()) {
            lastEventId = idBuffer;
            if (!data.isEmpty()) {
                items.add(event());
            }
            data = "";
            type = "";
        } else if (colon == 0) {
            items.add(new Comment(line.substring(1)));
        } else if (colon > 0) {
            String value = line.substring(colon + 1);
            field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        } else {
            field(line, "");
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> type = value;
            case "data" -> data += value + "\n";
            case "id" -> idBuffer = value.indexOf('\0') < 0 ? value : idBuffer;
            case "retry" -> {
                if (value.matches("[0-9]+")) {
                    BigInteger millis = new BigInteger(value).min(BigInteger.valueOf(Long.MAX_VALUE));
                    retry = OptionalLong.of(millis.longValueExact());
                }
            }
            default -> {
                // ignored
            }
        }
    }

    private Event event() {
        return new Event(type.isEmpty() ? "message" : type, data.substring(0, data.length() - 1), idBuffer);
    }
}
