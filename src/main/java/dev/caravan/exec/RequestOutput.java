package dev.caravan.exec;

import java.io.IOException;

/**
 * The lines that a kept process writes for one request, as if they were the live stdout of a process of its own. Reading waits for
 * a process, for its turn there, and for the next line; all time-outs are the pool's.
 *
 * <p>
 * {@link #read()} throws an {@link dev.caravan.message.ApiException}, behind what came before:
 * <ul>
 * <li>529 {@code overloaded_error} when it waited for longer than the queue's time-out, or the pool is stopped,
 * <li>502 {@code api_error} when the process died, could not start, or broke the protocol, or the reader is so slow that too much
 * is waiting for it,
 * <li>504 {@code timeout_error} at the idle and the total time-out.
 * </ul>
 * One thread reads, which may be a virtual one. {@link #close()} is for any thread.
 */
final class RequestOutput extends LiveOutput {
    private final WorkerPool pool;
    private final PooledRequest request;

    RequestOutput(WorkerPool pool, PooledRequest request) {
        super(request.output);
        this.pool = pool;
        this.request = request;
    }

    @Override
    int take(byte[] target, int offset, int length) throws IOException, InterruptedException {
        return request.output.take(target, offset, length, Long.MAX_VALUE);
    }

    /** Gives up the request, wherever it is. Returns at once and never throws; any thread, any number of times. */
    @Override
    public void close() {
        request.output.abandon();
        pool.giveUp(request);
    }
}
