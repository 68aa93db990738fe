package dev.caravan.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;

/** The body of a reply as a stream of bytes. It does not close the reply. */
final class ReplyStream extends InputStream {
    private final ReplyBody body;
    private byte[] piece = new byte[0];
    private int position;
    private boolean ended;

    ReplyStream(ReplyBody body) {
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == piece.length && !fill()) {
            return -1;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, bytes, offset, count);
        position += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        try {
            Optional<byte[]> next = body.next();
            ended = next.isEmpty();
            piece = next.orElse(new byte[0]);
            position = 0;
            return !ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
