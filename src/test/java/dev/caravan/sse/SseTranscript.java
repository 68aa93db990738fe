package dev.caravan.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/**
 * All that a parser tells about a stream, copied out, so that two ways of feeding the same bytes can be compared.
 *
 * @param items         events and comments in the order in which they were told
 * @param unfinished    the event that {@link SseParser#finish()} returned, null when none
 * @param lastEventId   as after the end
 * @param retryMillis   as after the end
 * @param limitExceeded whether the parser refused the stream
 */
record SseTranscript(List<Item> items, Event unfinished, String lastEventId, OptionalLong retryMillis,
        boolean limitExceeded) {

    sealed interface Item permits Event, Comment {}

    record Event(String type, String data, String id) implements Item {}

    record Comment(String text) implements Item {}

    static Event event(String type, String data) {
        return new Event(type, data, "");
    }

    static Event message(String data) {
        return new Event("message", data, "");
    }

    static Event message(String data, String id) {
        return new Event("message", data, id);
    }

    List<Event> events() {
        return items.stream().filter(Event.class::isInstance).map(Event.class::cast).toList();
    }

    List<String> comments() {
        return items.stream().filter(Comment.class::isInstance).map(item -> ((Comment) item).text()).toList();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static SseTranscript whole(byte[] stream) {
        return inPieces(stream, stream.length, SseParser.DEFAULT_MAX_BYTES);
    }

    static SseTranscript inPieces(byte[] stream, int size, int maxBytes) {
        int[] cuts = new int[size >= stream.length ? 0 : (stream.length - 1) / size];
        Arrays.setAll(cuts, i -> (i + 1) * size);
        return cutAt(stream, cuts, maxBytes);
    }

    static SseTranscript inRandomPieces(byte[] stream, Random random, int maxBytes) {
        int largest = 1 + random.nextInt(64);
        List<Integer> cuts = new ArrayList<>();
        // A size of 0 is a piece too: a read may return nothing.
        for (int at = random.nextInt(largest + 1); at < stream.length; at += random.nextInt(largest + 1)) {
            cuts.add(at);
        }
        return cutAt(stream, cuts.stream().mapToInt(Integer::intValue).toArray(), maxBytes);
    }

    /**
     * Feeds the stream cut at these places, through one array that is overwritten with line ends and field names after
     * each piece, as a reader that reuses its buffer would: a parser that kept a view of it would show.
     */
    static SseTranscript cutAt(byte[] stream, int[] cuts, int maxBytes) {
        List<Item> items = new ArrayList<>();
        SseParser parser = new SseParser(maxBytes, (array, offset, length) -> items
                .add(new Comment(new String(array, offset, length, StandardCharsets.UTF_8))));
        byte[] buffer = new byte[stream.length + 3];
        byte[] garbage = utf8("\ndata: stale\n\n".repeat(buffer.length / 14 + 1));
        Event unfinished = null;
        boolean limitExceeded = false;
        try {
            int from = 0;
            for (int i = 0; i <= cuts.length; i++) {
                int to = i < cuts.length ? cuts[i] : stream.length;
                int offset = i % 4;
                System.arraycopy(stream, from, buffer, offset, to - from);
                parser.feed(buffer, offset, to - from);
                for (SseEvent event; (event = parser.next()) != null;) {
                    items.add(copy(event));
                }
                System.arraycopy(garbage, 0, buffer, offset, to - from);
                from = to;
            }
            SseEvent rest = parser.finish();
            unfinished = rest == null ? null : copy(rest);
        } catch (SseLimitExceededException e) {
            limitExceeded = true;
        }
        return new SseTranscript(items, unfinished, parser.lastEventId(), parser.retryMillis(), limitExceeded);
    }

    static Event copy(SseEvent event) {
        return new Event(event.type(), event.dataUtf8(), event.lastEventId());
    }
}
