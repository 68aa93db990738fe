package dev.caravan.provider;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The ways in which a network may cut the bytes of a reply. */
public final class Chunkings {
    private static final int RANDOM = 20;

    private Chunkings() {}

    /** The text whole, byte by byte, cut in two at every place, and cut at random places. */
    public static List<List<byte[]>> of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<List<byte[]>> all = new ArrayList<>();
        all.add(List.of(bytes));
        all.add(every(bytes, 1));
        for (int cut = 1; cut < bytes.length; cut++) {
            all.add(List.of(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length)));
        }
        for (int seed = 1; seed <= RANDOM; seed++) {
            Random random = new Random(seed);
            List<byte[]> chunks = new ArrayList<>();
            for (int from = 0; from < bytes.length;) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(60));
                chunks.add(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            all.add(chunks);
        }
        return all;
    }

    private static List<byte[]> every(byte[] bytes, int size) {
        List<byte[]> chunks = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += size) {
            chunks.add(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
        }
        return chunks;
    }

    /** A source whose every read gives at most one of the chunks. */
    public static InputStream source(List<byte[]> chunks) {
        return new SequenceInputStream(
                Collections.enumeration(chunks.stream().map(ByteArrayInputStream::new).toList()));
    }
}
