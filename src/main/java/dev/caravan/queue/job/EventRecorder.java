package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.store.JobEvent;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobState;
import dev.caravan.queue.store.JobWork;
import dev.caravan.queue.store.JobWorkStore;
import dev.caravan.sse.SseWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the events of an attempt. A thread of its own writes them to the store: the first at once, then what has come within a
 * tenth of a second, or {@value #TOGETHER} events, in one transaction, so that the store is not asked for each token. The end of the
 * message is left for the transaction that writes the result: whoever reads it can read the result as well.
 *
 * <p>
 * One thread gives events and asks for the rest of them in the end.
 */
final class EventRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final int TOGETHER = 64;
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    /** How many bytes may wait for the store before the model has to. */
    private static final int MOST_WAITING = 4 << 20;

    private final JobWork work;
    private final JobWorkStore store;
    private final JobWatch watch;
    private final MessageAccumulator message;
    private final SseWriter frames = new SseWriter();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by the lock.
    private final List<JobEvent> waiting = new ArrayList<>();
    private int waitingBytes;
    private int seq;
    private int written;
    private boolean ending;
    private boolean closed;
    private boolean writing;
    private RuntimeException failure;
    private Thread writer;

    /** @param mostBytes how large the message may become */
    EventRecorder(JobWork work, JobWorkStore store, JobWatch watch, long mostBytes) {
        this.work = work;
        this.store = store;
        this.watch = watch;
        this.message = new MessageAccumulator(mostBytes);
    }

    /**
     * Takes the next event; waits while too many wait for the store.
     *
     * @throws ApiException when the event makes no message with those before it, or the message has become too large
     * @throws RuntimeException when events could not be written, or the attempt is not wanted any more
     */
    void add(MessageEvent event) throws InterruptedException {
        message.add(event);
        if (event instanceof RawMessage) {
            return; // no event of a stream
        }
        String name = MessageJson.name(event);
        frames.event(name, MessageJson.data(event));
        byte[] frame = frames.toByteArray();
        frames.clear();
        lock.lockInterruptibly();
        try {
            while (waitingBytes > MOST_WAITING && !ending && failure == null) {
                changed.await();
            }
            rethrow();
            ending |= name.equals("message_stop");
            waiting.add(new JobEvent(++seq, frame));
            waitingBytes += frame.length;
            if (writer == null) {
                writer = Thread.ofVirtual().name("caravan-job-events").start(this::write);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The events that are not in the store; from here on none are written.
     *
     * @throws RuntimeException when events could not be written, or the attempt is not wanted any more
     */
    List<JobEvent> close() {
        lock.lock();
        try {
            abandon();
            rethrow();
            return List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }

    /** From here on no events are written. */
    void abandon() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            while (writing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The message; null while it is not whole. */
    byte[] message() {
        return message.complete() ? message.json() : null;
    }

    /** How many events are in the store. */
    int written() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    private void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }

    private void write() {
        try {
            for (List<JobEvent> events = next(); !events.isEmpty(); events = next()) {
                boolean wanted = store.append(work, events);
                written(events);
                if (!wanted) {
                    fail(new ApiException(ErrorType.API_ERROR, "the job is over, or is tried by another"));
                    return;
                }
                watch.tell(work.job(),
                        new JobProgress(JobState.IN_PROGRESS, work.attempt(), events.getLast().seq()));
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("{}: events cannot be written: {}", work.id(), e.getMessage());
            fail(new ApiException(ErrorType.API_ERROR, "the events of the answer cannot be kept"));
        }
    }

    /** What is to be written now, empty when there is no more. */
    private List<JobEvent> next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed && !ending) {
                changed.await();
            }
            if (closed || ending) {
                return List.of();
            }
            writing = true;
            return List.copyOf(waiting.subList(0, Math.min(TOGETHER, waiting.size())));
        } finally {
            lock.unlock();
        }
    }

    private void written(List<JobEvent> events) {
        lock.lock();
        try {
            waiting.subList(0, events.size()).clear();
            events.forEach(event -> waitingBytes -= event.frame().length);
            written = events.getLast().seq();
            writing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        lock.lock();
        try {
            long left = PAUSE_NANOS;
            while (left > 0 && waiting.size() < TOGETHER && !closed && !ending) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(RuntimeException problem) {
        lock.lock();
        try {
            failure = problem;
            writing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
