package dev.caravan.message;

import java.io.Closeable;
import java.util.Iterator;

/**
 * The live output of a model: what is between a provider and everything behind it.
 *
 * <p>
 * {@link #hasNext()} is cheap and never waits, {@link #next()} waits for the next event. At the end {@code next()} returns null
 * and from then on {@code hasNext()} is false: a splitter that looks one element ahead would otherwise deliver every event one
 * event late. One thread reads.
 *
 * <p>
 * {@link #close()} aborts the source (the upstream's connection, the child process) and makes {@code hasNext()} false. It may be
 * called from any thread, while another one waits in {@code next()}, and any number of times. A {@code next()} that throws has
 * closed the stream before.
 */
public interface EventStream extends Iterator<MessageEvent>, Closeable {
    /** Whether {@link #next()} may be called; true does not promise another event. Never waits. */
    @Override
    boolean hasNext();

    /**
     * Waits for the next event; null at the end.
     *
     * @throws ApiException when the source fails or ends before its message is complete
     */
    @Override
    MessageEvent next();

    /** Ends the stream and aborts its source. Never throws. */
    @Override
    void close();
}
