package dev.caravan.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.caravan.provider.LineReader.LineTooLongException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Any bytes, in reads of any size: the lines are those between the line feeds, and one that is too long is refused. */
public final class LineReaderFuzzTarget {
    private static final int MAX_LINE = 40;

    private LineReaderFuzzTarget() {}

    public static List<String> seeds() {
        return List.of("a\n\n b\r\nlast", "x".repeat(MAX_LINE) + "\n", "x".repeat(MAX_LINE + 1), "\n");
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        for (int piece : new int[]{1, 3, Integer.MAX_VALUE}) {
            List<String> lines = lines(data, piece);
            List<String> expected = expected(data);
            if (!lines.equals(expected)) {
                throw new AssertionError("in pieces of " + piece + ": expected " + expected + ", was " + lines);
            }
        }
    }

    private static List<String> expected(byte[] data) {
        List<String> lines = new ArrayList<>(Arrays.asList(new String(data, ISO_8859_1).split("\n", -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).length() > MAX_LINE) {
                lines = new ArrayList<>(lines.subList(0, i));
                lines.add("too long");
            }
        }
        return lines;
    }

    private static List<String> lines(byte[] data, int piece) throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream(data) {
            @Override
            public int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(piece, length));
            }
        }, MAX_LINE);
        List<String> lines = new ArrayList<>();
        try {
            while (reader.next()) {
                lines.add(new String(reader.buffer(), reader.offset(), reader.length(), ISO_8859_1));
            }
        } catch (LineTooLongException e) {
            lines.add("too long");
        }
        return lines;
    }
}
