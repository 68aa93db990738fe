package dev.caravan.sse;

import java.util.List;

/** Any bytes: the parser agrees with the reference model, however the bytes are cut, and refuses none. */
public final class SseFuzzTarget {
    private SseFuzzTarget() {}

    public static List<String> seeds() {
        return List.of("event: ping\ndata: {\"type\":\"ping\"}\n\n",
                "\uFEFF: c\r\rdata\rdata:a\r\nid: 1\u0000\nretry: 12\n\n",
                "id: x\ndata: \u20ac\ndata:\ud83d\ude00\n\nevent\ndata: unfinished");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        SseTranscript expected = ReferenceModel.read(data);
        same(expected, SseTranscript.whole(data));
        same(expected, SseTranscript.inPieces(data, 1, data.length + 1));
        same(expected, SseTranscript.inPieces(data, 7, data.length + 1));
    }

    private static void same(SseTranscript expected, SseTranscript actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + ", was " + actual);
        }
    }
}
