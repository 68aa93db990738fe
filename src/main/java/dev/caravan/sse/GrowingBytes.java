package dev.caravan.sse;

import java.util.Arrays;

/**
 * A byte array that grows by doubling, so that appending n bytes in any pieces costs O(n). Unlike
 * {@code ByteArrayOutputStream} it hands out its array without a copy. Not thread-safe.
 */
final class GrowingBytes {
    private static final byte[] EMPTY = new byte[0];
    private static final int FIRST_CAPACITY = 256;
    private static final int LARGEST_CAPACITY = Integer.MAX_VALUE - 8;

    /** An array larger than this is not kept for reuse: one huge event must not pin its memory for the whole stream. */
    private static final int LARGEST_KEPT = 64 * 1024;

    private byte[] array = EMPTY;
    private int length;
    private long copied;

    void append(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        copied += count;
    }

    void append(byte value) {
        reserve(1);
        array[length++] = value;
        copied++;
    }

    /** Makes room for so many more bytes. */
    void reserve(int count) {
        if (count > array.length - length) {
            grow(count);
        }
    }

    private void grow(int count) {
        int needed = Math.addExact(length, count);
        int doubled = (int) Math.min(2L * array.length, LARGEST_CAPACITY);
        array = Arrays.copyOf(array, Math.max(Math.max(needed, doubled), FIRST_CAPACITY));
        copied += length;
    }

    /** The array itself; bytes 0 to {@link #length()} are content. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    /** Forgets the content. The bytes stay in the array until the next append. */
    void clear() {
        length = 0;
        if (array.length > LARGEST_KEPT) {
            array = EMPTY;
        }
    }

    /** Forgets content and array: what {@link #array()} returned belongs to the caller from now on. */
    void release() {
        length = 0;
        array = EMPTY;
    }

    /** How many bytes were copied into this buffer so far, growing included: the measure of its linear cost. */
    long copied() {
        return copied;
    }
}
