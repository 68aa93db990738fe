package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventStream;
import dev.caravan.message.EventText;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageJson;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Any bytes as the reply of a provider, read as the gateway reads it: by the stream of events of their framing, in pieces. What
 * comes of them is held against what must hold of any.
 *
 * @param failure what the reply ended with instead of its end; null when the message is whole
 */
public record AnyReply(List<MessageEvent> events, ApiException failure) {
    /** Longer than any input of a fuzzer, short enough to be met by one that tries. */
    public static final int MAX_LINE = 64 * 1024;

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int WHOLE = Integer.MAX_VALUE;
    /** An event of few bytes may be told in several of many; a multiple of that is a leak. */
    private static final int MOST_PER_BYTE = 200;

    /** How the bytes of a reply are read. */
    public interface Reading {
        EventStream of(InputStream bytes, Function<Consumer<MessageEvent>, ResponseDecoder> decoder);
    }

    public static final Reading SERVER_SENT_EVENTS = framed(SseFraming::new);
    public static final Reading LINES = (bytes, decoder) -> new LineEventStream(bytes, "up", MAX_LINE, decoder);
    public static final Reading ONE_JSON = (bytes, decoder) -> new JsonEventStream(body(bytes), decoder);

    /** A reading of a dialect's own frames. */
    public static Reading framed(Function<ResponseDecoder, Framing> framing) {
        return (bytes, decoder) -> FramedEventStream.of(body(bytes), framing, decoder);
    }

    private static UpstreamBody body(InputStream bytes) {
        return new UpstreamBody("up", bytes, IDLE);
    }

    /**
     * Reads the bytes whole and one at a time, which must not make a difference, and checks what comes of them.
     *
     * @param decoder makes a new decoder of the dialect
     */
    public static AnyReply checked(byte[] bytes, Reading reading,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        AnyReply whole = read(bytes, WHOLE, reading, decoder);
        AnyReply single = read(bytes, 1, reading, decoder);
        if (!whole.text().equals(single.text())) {
            throw new AssertionError("whole:\n" + whole.text() + "\nbyte by byte:\n" + single.text());
        }
        whole.check(bytes.length);
        return whole;
    }

    /** Reads the bytes to their end or failure, at most so many at once. */
    public static AnyReply read(byte[] bytes, int atOnce, Reading reading,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        return read(bytes, () -> atOnce, reading, decoder);
    }

    /**
     * Reads the bytes to their end or failure; a failure must be the last that is heard.
     *
     * @param sizes how many bytes the next reading gets at most, at least 1
     */
    public static AnyReply read(byte[] bytes, IntSupplier sizes, Reading reading,
            Function<Consumer<MessageEvent>, ResponseDecoder> decoder) {
        InputStream pieces = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, sizes.getAsInt()));
            }
        };
        List<MessageEvent> events = new ArrayList<>();
        ApiException failure = null;
        try (EventStream stream = reading.of(pieces, decoder)) {
            while (stream.hasNext()) {
                try {
                    MessageEvent event = stream.next();
                    if (event != null) {
                        events.add(event);
                    }
                } catch (ApiException e) {
                    failure = e;
                    if (stream.hasNext()) {
                        throw new AssertionError("it goes on behind its failure", e);
                    }
                }
            }
        }
        return new AnyReply(events, failure);
    }

    /** The events in the notation of {@link EventText}, without ids that are made by chance, behind them the failure. */
    public String text() {
        return EventText.of(events).replaceAll("toolu_\\w{24}", "toolu_")
                + (failure == null ? "" : "\n" + failure.status() + " " + failure.getMessage());
    }

    /** What is translated keeps the grammar; no failure follows an end; nothing is made of nothing. */
    private void check(int length) {
        if (failure == null) {
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
            if (events.stream().anyMatch(MessageDelta.class::isInstance)) {
                throw new AssertionError("a failure behind the end of the message: " + text());
            }
            if (failure.status() < 400 || failure.getMessage().isBlank()) {
                throw new AssertionError("a failure that says nothing: " + failure.status());
            }
        }
        long size = events.stream().mapToLong(event -> MessageJson.data(event).length).sum();
        if (size > 4096 + (long) MOST_PER_BYTE * length) {
            throw new AssertionError(length + " bytes became " + size);
        }
    }

    /**
     * Holds that a message is whole only if its bytes hold the word that ends one. JSON may hide a word in escapes; bytes with such
     * are let through.
     */
    public AnyReply endsBy(byte[] bytes, String... words) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        boolean told = text.contains("\\u");
        for (String word : words) {
            told |= text.contains(word);
        }
        if (failure == null && !told) {
            throw new AssertionError("whole, though nothing says so: " + text());
        }
        return this;
    }
}
