package dev.caravan.queue.job;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobEvent;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobStore;
import dev.caravan.sse.SseFrames;
import dev.caravan.sse.SseWriter;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;

/**
 * The event stream of a job for one who follows it, some frames at a time. As an event stream of a model does, {@link #hasNext()}
 * never waits and {@link #next()} does; at the end it returns null. One thread reads.
 */
final class JobFrames implements Iterator<SseFrames> {
    /** How many events are fetched at a time. */
    private static final int TOGETHER = 64;
    /** An error without an id leaves the client's last one what it is. */
    private static final byte[] NO_ID = {};

    private final JobStore store;
    private final Job job;
    private final JobWatch.Watched watched;
    private final String requestId;
    private JobProgress now;
    private int attempt;
    private int after;
    private boolean over;

    /**
     * @param now       how far the job is
     * @param after     how many events of that attempt to leave out
     * @param requestId for errors
     */
    JobFrames(JobStore store, Job job, JobWatch.Watched watched, JobProgress now, int after, String requestId) {
        this.store = store;
        this.job = job;
        this.watched = watched;
        this.now = now;
        this.attempt = now.attempt();
        this.after = after;
        this.requestId = requestId;
    }

    @Override
    public boolean hasNext() {
        return !over;
    }

    /** Waits for more; null at the end, and when the thread is interrupted, which it is then still. */
    @Override
    public SseFrames next() {
        try {
            while (!over) {
                if (now == null) {
                    return last(error(ErrorType.NOT_FOUND_ERROR, "the job has been deleted", NO_ID));
                }
                if (now.attempt() != attempt && after > 0) {
                    return last(
                            error(ErrorType.OVERLOADED_ERROR, "the job is being tried again; follow it anew", NO_ID));
                }
                attempt = now.attempt(); // another one, of whose forerunner nothing has been told
                if (now.events() > after) {
                    SseFrames frames = read();
                    if (frames != null) {
                        return frames;
                    }
                } else if (now.state().over()) {
                    return last(failure());
                }
                now = watched.awaitChange(now);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over = true;
        }
        return null;
    }

    /** What {@link #now} tells of, so that the last of them is known. Null when their attempt has been given up meanwhile. */
    private SseFrames read() {
        List<JobEvent> events = store.events(job.number(), attempt, after,
                Math.min(TOGETHER, now.events() - after));
        if (events.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (JobEvent event : events) {
            frames.writeBytes(id(event.seq()));
            frames.writeBytes(event.frame());
        }
        after = events.getLast().seq();
        over = now.state().over() && EventId.lastOf(now) == after;
        return new SseFrames(frames.toByteArray(), over);
    }

    private SseFrames last(byte[] frame) {
        over = true;
        return new SseFrames(frame, true);
    }

    private byte[] failure() {
        byte[] id = id(after + 1);
        return switch (now.state()) {
            case CANCELED -> error(ErrorType.API_ERROR, "the job was canceled", id);
            case EXPIRED -> error(ErrorType.TIMEOUT_ERROR, "the job was not answered before it expired", id);
            default -> store.result(job).map(envelope -> event(envelope, id))
                    .orElseGet(() -> error(ErrorType.API_ERROR, "the job has no result", id));
        };
    }

    private byte[] error(ErrorType type, String problem, byte[] id) {
        return event(MessageJson.error(type, problem, requestId), id);
    }

    private static byte[] event(byte[] envelope, byte[] id) {
        return new SseWriter().frame(id).event("error", envelope).toByteArray();
    }

    private byte[] id(int seq) {
        return ("id: " + new EventId(attempt, seq) + "\n").getBytes(US_ASCII);
    }
}
