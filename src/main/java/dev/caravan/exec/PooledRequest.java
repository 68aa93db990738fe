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
    /** Since when it waits, or has waited, for a process. */
    long waitsSince;

    /** The process that has it, null while it waits. */
    Worker worker;
    /** Since when it has it. */
    long startedNanos;
    /** Whether a process has died with it. */
    boolean retried;
    /** Whether it was taken back from its process, which has not answered that yet. */
    boolean cancelling;
    /** When the process must have given it up. */
    long cancelDeadline;
    /** Whether its reader has been told of its end. */
    boolean over;

    private volatile boolean answered;
    private volatile long heardNanos;
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

    /** Its process has died, and another one gets it: the first had not begun to answer. */
    void retry(long now) {
        worker = null;
        waitsSince = now;
        retried = true;
        cancelling = false;
    }

    /** Its reader is told that it is over. A null failure is a good end. */
    void end(ApiException why) {
        over = true;
        output.end(why);
    }

    /** Whether another process may answer it. */
    boolean mayBeRetried() {
        return !answered && !retried && !over;
    }

    /** Its process has said something of it. */
    void heard(WorkerLine line, long now) {
        heardNanos = now;
        answered |= line.answer;
        inputTokens = line.inputTokens.isPresent() ? line.inputTokens : inputTokens;
        cachedTokens = line.cachedTokens.isPresent() ? line.cachedTokens : cachedTokens;
        outputTokens = line.outputTokens.isPresent() ? line.outputTokens : outputTokens;
        prefillMillis = line.prefillMillis.isPresent() ? line.prefillMillis : prefillMillis;
        generationMillis = line.generationMillis.isPresent() ? line.generationMillis : generationMillis;
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
