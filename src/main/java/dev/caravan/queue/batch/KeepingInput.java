package dev.caravan.queue.batch;

import dev.caravan.message.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Keeps what a parser reads of one value, so that it can be had as it was written. Of all else only the last block that was read is
 * there: the value may have begun in it. Not thread-safe.
 */
final class KeepingInput extends InputStream {
    /** More than a parser reads ahead. */
    private static final int BLOCK = 16 * 1024;

    private final InputStream in;
    private final int most;
    private byte[] kept = new byte[BLOCK];
    private int length;
    /** How many bytes were read before the first that is kept. */
    private long start;
    /** Where the value begins that is being kept, in what is kept; negative when there is none. */
    private int from = -1;
    private String path;

    /** @param most how many bytes a value may have */
    KeepingInput(InputStream in, int most) {
        this.in = in;
        this.most = most;
    }

    /**
     * From here on everything is kept.
     *
     * @param offset how many bytes stand before the value; it begins in the last block that was read
     * @param valuePath names the value when it is too large
     */
    void begin(long offset, String valuePath) {
        from = (int) (offset - start);
        path = valuePath;
    }

    /**
     * All of the value, as a slice of what is kept: {@link #array()} from {@link #from()}.
     *
     * @param offset how many bytes stand before what follows the value
     * @return its length
     * @throws ApiException when it is larger than allowed
     */
    int end(long offset) {
        int size = (int) (offset - start) - from;
        if (size > most) {
            throw tooLarge();
        }
        return size;
    }

    byte[] array() {
        return kept;
    }

    int from() {
        return from;
    }

    /** The value is no longer needed. */
    void release() {
        from = -1;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        int read = in.read(target, offset, Math.min(count, BLOCK));
        if (read > 0) {
            keep(target, offset, read);
        }
        return read;
    }

    private void keep(byte[] source, int offset, int count) {
        if (from < 0) {
            start += length;
            length = 0;
            if (kept.length > BLOCK) {
                kept = new byte[BLOCK]; // one large value must not cost its memory until the end
            }
        } else if (length - from > most) {
            throw tooLarge();
        }
        if (length + count > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(length + count, 2 * kept.length));
        }
        System.arraycopy(source, offset, kept, length, count);
        length += count;
    }

    private ApiException tooLarge() {
        return ApiException.invalid(path, "is larger than " + (most >> 20) + " MB");
    }
}
