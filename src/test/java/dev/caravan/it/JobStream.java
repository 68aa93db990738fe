package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.EventGrammar.Frame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The event stream of a job as it comes over the wire: events with ids, and comments, which do not count. */
final class JobStream {
    private final WireReply reply;

    JobStream(WireReply reply) {
        this.reply = reply;
    }

    /**
     * An event.
     *
     * @param id  empty when it has none
     * @param raw the frame without its id
     */
    record Event(String id, String name, String data, String raw) {
        Frame frame() {
            return new Frame(name, data);
        }
    }

    WireReply reply() {
        return reply;
    }

    /** Waits for the next one; null at the end. */
    Event next() throws IOException {
        for (byte[] frame = reply.frame(); frame != null; frame = reply.frame()) {
            String text = new String(frame, UTF_8);
            if (text.startsWith(":")) {
                continue;
            }
            String id = "";
            if (text.startsWith("id: ")) {
                id = text.substring("id: ".length(), text.indexOf('\n'));
                text = text.substring(text.indexOf('\n') + 1);
            }
            String[] lines = text.split("\n");
            assertTrue(lines.length == 2 && lines[0].startsWith("event: ") && lines[1].startsWith("data: "), text);
            return new Event(id, lines[0].substring("event: ".length()), lines[1].substring("data: ".length()), text);
        }
        return null;
    }

    List<Event> rest() throws IOException {
        List<Event> events = new ArrayList<>();
        for (Event event = next(); event != null; event = next()) {
            events.add(event);
        }
        return events;
    }
}
