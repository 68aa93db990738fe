package dev.caravan.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns the bytes of an event name into a {@code String} without decoding a frequent name again. A stream uses a handful
 * of names; each has a place by a cheap hash, and a name that finds its place taken by another replaces it. So the
 * memory is bounded whatever the stream sends. Not thread-safe.
 */
final class EventNames {
    private static final int PLACES = 16;
    private static final int LONGEST_KEPT = 64;

    private final byte[][] keys = new byte[PLACES][];
    private final String[] names = new String[PLACES];

    /** The name in a range of at least one byte. */
    String get(byte[] bytes, int offset, int length) {
        if (length > LONGEST_KEPT) {
            return decode(bytes, offset, length);
        }
        int place = (length + 3 * bytes[offset] + 5 * bytes[offset + length - 1]) & (PLACES - 1);
        byte[] key = keys[place];
        if (key == null || !Arrays.equals(key, 0, key.length, bytes, offset, offset + length)) {
            keys[place] = Arrays.copyOfRange(bytes, offset, offset + length);
            names[place] = decode(bytes, offset, length);
        }
        return names[place];
    }

    private static String decode(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
}
