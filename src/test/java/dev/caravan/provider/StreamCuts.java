package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * A reply of server-sent events read as the gateway reads it, from bytes that arrive in pieces. How they are cut must not make a
 * difference: {@link #decode} cuts them in every way that matters and gives the one outcome of all. Every outcome is held against
 * the grammar of events.
 */
public final class StreamCuts {
    private static final int RANDOM_WAYS = 5;
    private static final int MOST_AT_RANDOM = 40;

    private static final Duration IDLE = Duration.ofMinutes(1);

    private StreamCuts() {}

    /**
     * What came of a reply.
     *
     * @param failure null when the message is whole
     */
    public record Outcome(List<MessageEvent> events, ApiException failure) implements Told {
        /** The events in the notation of {@link EventText}, behind them the failure as in {@code 502 api_error: words}. */
        public String text() {
            String text = EventText.of(events);
            return failure == null
                    ? text
                    : (text + "\n" + failure.status() + " " + failure.type().wireName() + ": " + failure.getMessage())
                            .strip();
        }
    }

    /** The outcome of a stream: whole, a byte at a time, in random pieces, and cut in two at every position. */
    public static Outcome decode(byte[] stream, Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        Outcome whole = once(stream, () -> stream.length, decoder);
        assertEquals(whole.text(), once(stream, () -> 1, decoder).text(), "a byte at a time");
        for (int seed = 0; seed < RANDOM_WAYS; seed++) {
            Random random = new Random(seed);
            assertEquals(whole.text(), once(stream, () -> 1 + random.nextInt(MOST_AT_RANDOM), decoder).text(),
                    "pieces of seed " + seed);
        }
        for (int at = 1; at < stream.length; at++) {
            int[] sizes = {at, stream.length};
            int[] next = {0};
            assertEquals(whole.text(), once(stream, () -> sizes[next[0]++], decoder).text(), "cut at " + at);
        }
        return whole;
    }

    /** The outcome of the first bytes of a stream that ends there. */
    public static Outcome endingAt(int end, byte[] stream,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        return once(Arrays.copyOf(stream, end), () -> stream.length, decoder);
    }

    /** @param sizes how many bytes the next reading gets, at least 1 */
    private static Outcome once(byte[] stream, IntSupplier sizes,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        List<MessageEvent> events = new ArrayList<>();
        ApiException failure = null;
        try (FramedEventStream decoded = FramedEventStream.of(new UpstreamBody("up", new Pieces(stream, sizes), IDLE),
                SseFraming::new, decoder)) {
            while (decoded.hasNext()) {
                MessageEvent event = decoded.next();
                if (event != null) {
                    events.add(event);
                }
            }
        } catch (ApiException e) {
            failure = e;
        }
        if (failure == null) {
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
        }
        return new Outcome(events, failure);
    }

    private static final class Pieces extends InputStream {
        private final ByteArrayInputStream in;
        private final IntSupplier sizes;

        Pieces(byte[] bytes, IntSupplier sizes) {
            this.in = new ByteArrayInputStream(bytes);
            this.sizes = sizes;
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return in.available() == 0 ? -1 : in.read(buffer, offset, Math.min(length, sizes.getAsInt()));
        }
    }
}
