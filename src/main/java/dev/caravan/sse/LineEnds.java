package dev.caravan.sse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the end of a line: LF or CR, the only two characters that end one (HTML Standard 9.2.5; U+2028 and the like are
 * text).
 */
final class LineEnds {
    static final byte LF = '\n';
    static final byte CR = '\r';

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LFS = LF * ONES;
    private static final long CRS = CR * ONES;

    private LineEnds() {}

    /**
     * The index of the first LF or CR in a range, or the range's end when there is none.
     * <p>
     * Eight bytes are looked at together: {@code (x - ONES) & ~x & HIGH_BITS} has its lowest set bit at the first byte
     * of x that is zero, and xor with a repeated character makes that character zero.
     */
    static int indexOf(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) LONGS.get(bytes, i);
            long lf = word ^ LFS;
            long cr = word ^ CRS;
            long found = ((lf - ONES & ~lf) | (cr - ONES & ~cr)) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == LF || bytes[i] == CR) {
                return i;
            }
        }
        return to;
    }
}
