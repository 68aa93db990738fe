package dev.caravan.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.sse.SseTranscript.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the writer writes, the parser reads back, in any line ends, through any noise, in any pieces. */
class SseRoundTripPropertyTest {
    private static final List<String> LINE_ENDS = List.of("\n", "\r", "\r\n");

    /** Lines that mean nothing, wherever they stand inside or between blocks. */
    private static final List<String> NOISE = List.of(":", ": keep-alive", ":data: no", "unknown: x", "unknown",
            " data: no", "Data: no", "data-: no", "dataevent: no", "even: no", "events: no", "retry: none", "id: a\0b",
            "\uFEFFdata: no", "\u2028", "{\"json\":1}");

    @Property(tries = 400)
    void whatWasWrittenIsRead(@ForAll("events") List<Event> events, @ForAll("lineEnd") String lineEnd,
            @ForAll Random random) {
        byte[] stream = withLineEndsAndNoise(write(events), lineEnd, random);

        assertEquals(normalised(events), SseTranscript.whole(stream).events());
        assertEquals(normalised(events), SseTranscript.inPieces(stream, 1, SseParser.DEFAULT_MAX_BYTES).events());
        for (int i = 0; i < 3; i++) {
            assertEquals(normalised(events),
                    SseTranscript.inRandomPieces(stream, random, SseParser.DEFAULT_MAX_BYTES).events());
        }
    }

    @Property(tries = 100)
    void itIsReadTheSameCutAtEveryByte(@ForAll("fewEvents") List<Event> events, @ForAll("lineEnd") String lineEnd,
            @ForAll Random random) {
        byte[] stream = withLineEndsAndNoise(write(events), lineEnd, random);
        for (int at = 0; at <= stream.length; at++) {
            assertEquals(normalised(events),
                    SseTranscript.cutAt(stream, new int[]{at}, SseParser.DEFAULT_MAX_BYTES).events());
        }
    }

    private static byte[] write(List<Event> events) {
        SseWriter writer = new SseWriter();
        for (Event event : events) {
            writer.event(event.type(), SseTranscript.utf8(event.data()));
        }
        return writer.toByteArray();
    }

    /** The writer ends lines with LF and nothing else is LF or CR in what it wrote: so each LF is a line end. */
    private static byte[] withLineEndsAndNoise(byte[] frames, String lineEnd, Random random) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        if (random.nextInt(4) == 0) {
            stream.writeBytes(SseTranscript.utf8("\uFEFF"));
        }
        for (byte value : frames) {
            if (value != '\n') {
                stream.write(value);
                continue;
            }
            stream.writeBytes(SseTranscript.utf8(lineEnd));
            while (random.nextInt(3) == 0) {
                stream.writeBytes(SseTranscript.utf8(NOISE.get(random.nextInt(NOISE.size())) + lineEnd));
            }
        }
        return stream.toByteArray();
    }

    private static List<Event> normalised(List<Event> events) {
        return events.stream()
                .map(event -> new Event(event.type(), event.data().replaceAll("\r\n|\r", "\n"), ""))
                .toList();
    }

    @Provide
    Arbitrary<List<Event>> events() {
        return anEvent(60).list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<Event>> fewEvents() {
        return anEvent(12).list().ofMaxSize(3);
    }

    @Provide
    Arbitrary<String> lineEnd() {
        return Arbitraries.of(LINE_ENDS);
    }

    private static Arbitrary<Event> anEvent(int longest) {
        Arbitrary<String> name = Arbitraries.oneOf(
                Arbitraries.of("message", "message_start", "content_block_delta", "ping", "error"),
                text(20).map(text -> text.replaceAll("[\r\n]", ".")).filter(text -> !text.isEmpty()));
        return Combinators.combine(name, text(longest)).as((type, data) -> new Event(type, data, ""));
    }

    /** Any text that UTF-8 can carry, rich in what the format is made of. */
    private static Arbitrary<String> text(int longest) {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of("\n", "\r", "\r\n", ":", " ", "data: x", "\nevent: y", "\0", "\uFEFF", "\u2028",
                        "\ud83d\ude00", "\u00e9"),
                Arbitraries.strings().ofMaxLength(longest)
                        .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)));
        return piece.list().ofMaxSize(5).map(pieces -> String.join("", pieces));
    }
}
