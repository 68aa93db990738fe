package dev.caravan.exec;

import dev.caravan.message.ApiException;
import java.util.OptionalLong;

/**
 * A request that waits for a kept process or is being answered by one. What its fields say of its life is changed under the lock
 * of its pool; what its process says is written by the thread that reads it.
 */
final class PooledRequest {
    /** How far a process may be ahead of the reader of its answer, in bytes. */
    static final int MAX_AHEAD = 4 * 1024 * 1024;

    final String id;
    /** What the process reads, line feed included. */
    final byte[] line;
    final OutputBuffer output = new OutputBuffer(MAX_AHEAD);
    /** When it came, on the clock of {@link System#nanoTime()}. */
    final long queuedNanos;
    /** Whether it was taken back from its process, which has not answered that yet. */
    boolean cancelling;
    /** When the process must have given it up. */
    long cancelDeadline;
    /** Whether its reader has been told of its end. */
    boolean over;

    private volatile Worker worker;
    private volatile boolean answered;
    private volatile long heardNanos;
    private long waitsSince;
    private long startedNanos;
    private boolean retried;
    private OptionalLong inputTokens = OptionalLong.empty();
    private OptionalLong cachedTokens = OptionalLong.empty();
    private OptionalLong outputTokens = OptionalLong.empty();
    private OptionalLong prefillMillis = OptionalLong.empty();
    private OptionalLong generationMillis = OptionalLong.empty();

    PooledRequest(String id, byte[] line, long now) {
        this.id = id;
        this.line = line;
        this.queuedNanos = now;
        this.waitsSince = now;
    }

    /** A process gets it. */
    void assign(Worker to, long now) {
        worker = to;
        startedNanos = now;
        heardNanos = now;
    }

    /** The process that has it, null while it waits. */
    Worker worker() {
        return worker;
    }

    /** Since when that has it. */
    long startedNanos() {
        return startedNanos;
    }

    /** Since when it waits, or has waited, for a process. */
    long waitsSince() {
        return waitsSince;
    }

    /**
     * Takes it back from its process, which has died, for another one to answer; only once, and only as long as the first has not
     * begun to answer, which nothing of that one can then do any more.
     *
     * @return false when it cannot be taken back
     */
    synchronized boolean retry(long now) {
        if (answered || retried || over) {
            return false;
        }
        worker = null;
        waitsSince = now;
        retried = true;
        cancelling = false;
        return true;
    }

    /** A process begins to answer it; false when it is not that one's any more. */
    private synchronized boolean begin(Worker by) {
        if (worker != by) {
            return false;
        }
        answered = true;
        return true;
    }

    /** Its reader is told that it is over. A null failure is a good end. */
    void end(ApiException why) {
        over = true;
        output.end(why);
    }

    /**
     * A process has said something of it.
     *
     * @return false when it is not that one's any more: what it says is not for anybody
     */
    boolean heard(WorkerLine line, Worker by, long now) {
        if (worker != by || line.answer && !answered && !begin(by)) {
            return false;
        }
        heardNanos = now;
        inputTokens = line.inputTokens.isPresent() ? line.inputTokens : inputTokens;
        cachedTokens = line.cachedTokens.isPresent() ? line.cachedTokens : cachedTokens;
        outputTokens = line.outputTokens.isPresent() ? line.outputTokens : outputTokens;
        prefillMillis = line.prefillMillis.isPresent() ? line.prefillMillis : prefillMillis;
        generationMillis = line.generationMillis.isPresent() ? line.generationMillis : generationMillis;
        return true;
    }

    /** When its process last said something of it. */
    long heardNanos() {
        return heardNanos;
    }

    /** What its process has told of the work. */
    PoolListener.Work work() {
        return new PoolListener.Work(inputTokens, cachedTokens, outputTokens, prefillMillis, generationMillis);
    }
}
