package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.MessagesDecoder;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import dev.caravan.sse.SseWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * A stream of an Anthropic upstream on its way to the client.
 *
 * @param text what the client is sent
 * @param failure what the stream failed with, null when it is whole
 */
record Passed(String text, ApiException failure) {
    /** How a network cuts bytes: all at once, or one at a time. */
    static final List<IntUnaryOperator> CHUNKINGS = List.of(at -> Integer.MAX_VALUE, at -> 1);

    /** The bytes cut in two at this place. */
    static IntUnaryOperator cutAt(int place) {
        return at -> at < place ? place - at : Integer.MAX_VALUE;
    }

    static String frame(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    /** Frames of events that are named by their type, which comes first. */
    static String frames(String events) {
        StringBuilder frames = new StringBuilder();
        events.lines().forEach(data -> {
            int from = data.indexOf(':') + 1;
            int quote = data.indexOf('"', from);
            frames.append(frame(data.substring(quote + 1, data.indexOf('"', quote + 1)), data));
        });
        return frames.toString();
    }

    /** @param sizes how many bytes come at once from a place on */
    static Passed of(byte[] stream, IntUnaryOperator sizes) {
        SseWriter client = new SseWriter();
        MessagesDecoder decoder = new MessagesDecoder("up", true,
                event -> client.event(MessageJson.name(event), MessageJson.data(event)));
        try {
            read(stream, sizes, decoder);
            return new Passed(new String(client.toByteArray(), UTF_8), null);
        } catch (ApiException e) {
            return new Passed(new String(client.toByteArray(), UTF_8), e);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void read(byte[] stream, IntUnaryOperator sizes, MessagesDecoder decoder)
            throws IOException {
        SseParser parser = new SseParser();
        for (int at = 0; at < stream.length && !decoder.finished();) {
            int size = Math.min(sizes.applyAsInt(at), stream.length - at);
            byte[] read = Arrays.copyOfRange(stream, at, at + size);
            parser.feed(read, 0, size);
            for (SseEvent event = parser.next(); event != null && !decoder.finished(); event = parser.next()) {
                decoder.event(event.type(), event.array(), event.offset(), event.length());
            }
            Arrays.fill(read, (byte) '?'); // whoever kept a piece of it without a copy is found out
            at += size;
        }
        if (!decoder.finished()) {
            SseEvent last = parser.finish();
            if (last != null) {
                decoder.event(last.type(), last.array(), last.offset(), last.length());
            }
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }
}
