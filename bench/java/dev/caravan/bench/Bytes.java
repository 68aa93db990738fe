package dev.caravan.bench;

import java.util.Arrays;

/** Searches in byte arrays, for the two places that read HTTP bodies without parsing them. */
final class Bytes {

    private Bytes() {}

    /** The first position of {@code what} in the first {@code length} bytes of {@code in}, from {@code from} on, or -1. */
    static int indexOf(byte[] in, int length, byte[] what, int from) {
        int last = length - what.length;
        for (int i = from; i <= last; i++) {
            if (in[i] == what[0] && matches(in, length, what, i)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether {@code what} stands at this position of the first {@code length} bytes. */
    static boolean matches(byte[] in, int length, byte[] what, int at) {
        return at + what.length <= length && Arrays.equals(in, at, at + what.length, what, 0, what.length);
    }
}
