package dev.caravan.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.sse.SseTranscript.Item;
import dev.caravan.testkit.LongRun;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random streams made of what the format is made of, and of noise. The parser must agree with the reference model,
 * whatever the cut, and under a small limit refuse the same streams at the same event, whatever the cut. Each stream has
 * a seed of its own, which a failure names.
 */
class SseParserFuzzTest {
    private static final List<String> WORDS = List.of("data", "data:", "data: ", "event", "event:", "event: ", "id",
            "id:", "id: ", "retry:", "retry: 12", "\n", "\n", "\n\n", "\r", "\r\r", "\r\n", "\r\n\r\n", ":", ": c", " ",
            "\0", "\uFEFF", "\u2028", "\u20ac", "\ud83d\ude00", "{\"type\":\"ping\"}", "ping", "x", "0", "Data:",
            "dat");

    @Test
    void randomStreams() {
        for (long seed = 1; seed <= 3_000; seed++) {
            fuzz(seed);
        }
    }

    @Test
    @Tag("long")
    void manyRandomStreams() {
        LongRun.fuzz("sse streams", SseParserFuzzTest::fuzz);
    }

    private static void fuzz(long seed) {
        Random random = new Random(seed);
        byte[] stream = stream(random);
        String which = "seed " + seed;

        SseTranscript expected = ReferenceModel.read(stream);
        int noLimit = stream.length + 1;
        assertEquals(expected, SseTranscript.whole(stream), which);
        assertEquals(expected, SseTranscript.inPieces(stream, 1, noLimit), which);
        assertEquals(expected, SseTranscript.inRandomPieces(stream, random, noLimit), which);

        int limit = 1 + random.nextInt(40);
        SseTranscript limited = SseTranscript.inPieces(stream, stream.length + 1, limit);
        List<Item> beginning = expected.items().subList(0, limited.items().size());
        assertEquals(beginning, limited.items(), which);
        assertEquals(limited, SseTranscript.inPieces(stream, 1, limit), which);
        assertEquals(limited, SseTranscript.inRandomPieces(stream, random, limit), which);
    }

    private static byte[] stream(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // Often a byte order mark, or what begins like one.
        out.write(SseTranscript.utf8("\uFEFF"), 0, random.nextInt(4));
        int pieces = random.nextInt(60);
        for (int i = 0; i < pieces; i++) {
            if (random.nextInt(8) > 0) {
                out.writeBytes(SseTranscript.utf8(WORDS.get(random.nextInt(WORDS.size()))));
            } else {
                byte[] noise = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 600 : 6)];
                random.nextBytes(noise);
                out.writeBytes(noise);
            }
        }
        return out.toByteArray();
    }
}
