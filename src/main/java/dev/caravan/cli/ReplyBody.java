package dev.caravan.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a reply, taken piece by piece as it comes; a silence that lasts too long is a failure, which an
 * {@code InputStream} of {@link java.net.http.HttpClient} cannot tell. No more than a piece is asked for ahead. One thread
 * takes; {@link #close()} may be called by any.
 */
final class ReplyBody implements BodySubscriber<ReplyBody>, AutoCloseable {
    private final Duration silence;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    // The reply may be in a caller's hands before its body has a source.
    private final CompletableFuture<Subscription> source = new CompletableFuture<>();

    private sealed interface Piece {}

    private record Bytes(byte[] bytes) implements Piece {}

    private record End() implements Piece {}

    private record Broken(Throwable failure) implements Piece {}

    /**
     * @param silence the longest wait for a piece
     */
    ReplyBody(Duration silence) {
        this.silence = silence;
    }

    /**
     * Waits for the next bytes.
     *
     * @return never an empty array; empty at the end
     * @throws HttpTimeoutException when nothing came for too long
     * @throws IOException when the connection broke before the end
     */
    Optional<byte[]> next() throws IOException, InterruptedException {
        source.thenAccept(subscription -> subscription.request(1));
        return switch (pieces.poll(silence.toMillis(), TimeUnit.MILLISECONDS)) {
            case null -> throw new HttpTimeoutException("nothing came for " + silence.toSeconds() + " s");
            case Bytes piece -> Optional.of(piece.bytes());
            case End end -> {
                pieces.add(end);
                yield Optional.empty();
            }
            case Broken broken -> throw new IOException(broken.failure().getMessage(), broken.failure());
        };
    }

    /**
     * All bytes to the end, or the first of them when there are more than {@code most}; a few more than that may be among them.
     *
     * @throws IOException as {@link #next()} throws it
     */
    byte[] readAtMost(int most) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Optional<byte[]> piece = next();
        while (piece.isPresent()) {
            bytes.writeBytes(piece.get());
            piece = bytes.size() < most ? next() : Optional.empty();
        }
        return bytes.toByteArray();
    }

    /** Ends the request. Who waits for bytes is told that there are no more. */
    @Override
    public void close() {
        source.thenAccept(Subscription::cancel);
        pieces.add(new End());
    }

    @Override
    public CompletionStage<ReplyBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source.complete(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        int length = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        if (length == 0) {
            source.thenAccept(subscription -> subscription.request(1));
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        buffers.forEach(bytes::put);
        pieces.add(new Bytes(bytes.array()));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Broken(failure));
    }

    @Override
    public void onComplete() {
        pieces.add(new End());
    }
}
