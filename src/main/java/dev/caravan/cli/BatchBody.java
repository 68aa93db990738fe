package dev.caravan.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/**
 * The body of a request that makes a batch, made from the lines of a file while it is sent: never more than a few pieces are held. A
 * line that is wrong breaks the request off, so that the server makes nothing of it. Sent once.
 */
final class BatchBody implements Flow.Publisher<ByteBuffer> {
    /** The most of a batch, in bytes. */
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_REQUESTS = 100_000;
    private static final int PIECE = 64 * 1024;
    private static final int PIECES_AHEAD = 4;
    private static final Executor VIRTUAL = Thread::startVirtualThread;

    private final BatchLines lines;
    private final byte[] first;
    private long bytes;
    private boolean ended;
    private volatile String failure;
    private volatile long lastSent = System.nanoTime();

    /**
     * Reads the beginning, so that nothing at all is sent of a short file with a mistake.
     *
     * @throws CommandFailure when a line there is wrong, or there is none
     */
    BatchBody(BatchLines lines) throws CommandFailure, IOException {
        this.lines = lines;
        first = piece();
    }

    /** Why the request was broken off. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** How many requests there were. */
    int count() {
        return lines.count();
    }

    /** When a piece was last taken, as {@link System#nanoTime()} tells it. */
    long lastSent() {
        return lastSent;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        SubmissionPublisher<ByteBuffer> pieces = new SubmissionPublisher<>(VIRTUAL, PIECES_AHEAD);
        pieces.subscribe(subscriber);
        Thread.startVirtualThread(() -> publish(pieces));
    }

    private void publish(SubmissionPublisher<ByteBuffer> pieces) {
        try {
            for (byte[] piece = first; piece.length > 0 && pieces.hasSubscribers(); piece = piece()) {
                // Waits while the server does not take them.
                pieces.submit(ByteBuffer.wrap(piece));
                lastSent = System.nanoTime();
            }
            pieces.close();
        } catch (CommandFailure e) {
            breakOff(pieces, e.getMessage());
        } catch (IOException e) {
            breakOff(pieces, FileFailure.text(e));
        }
    }

    private void breakOff(SubmissionPublisher<ByteBuffer> pieces, String why) {
        failure = why;
        pieces.closeExceptionally(new IOException(why));
    }

    /** The next piece; nothing at the end. */
    private byte[] piece() throws CommandFailure, IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream(PIECE);
        while (!ended && piece.size() < PIECE) {
            Optional<byte[]> request = lines.next();
            if (request.isPresent()) {
                piece.writeBytes((lines.count() == 1 ? "{\"requests\":[" : ",\n").getBytes(StandardCharsets.US_ASCII));
                piece.writeBytes(request.get());
            } else {
                ended = true;
                requireRequests();
                piece.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
            }
            requireSize(bytes + piece.size());
        }
        bytes += piece.size();
        return piece.toByteArray();
    }

    private void requireRequests() throws CommandFailure {
        if (lines.count() == 0) {
            throw new CommandFailure("there is no request in it; expected one a line");
        }
    }

    private void requireSize(long size) throws CommandFailure {
        if (lines.count() > MOST_REQUESTS) {
            throw new CommandFailure("more than 100,000 requests, the most of a batch");
        }
        if (size > MOST_BYTES) {
            throw new CommandFailure("more than 256 MB, the most of a batch");
        }
    }
}
