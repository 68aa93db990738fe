package dev.caravan.queue.job;

import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobState;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of an event in the stream of a job.
 *
 * @param attempt the attempt it is of, from 1
 * @param seq     its place in it, from 1
 */
record EventId(int attempt, int seq) {
    private static final String HEADER = "Last-Event-ID";
    private static final Pattern NOTATION = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

    /**
     * The id in the header.
     *
     * @param value null or empty when there is none
     * @throws ApiException 400 when it is no id
     */
    static Optional<EventId> ofHeader(String value) {
        if (value == null || value.isBlank()) {
            return Optional.empty();
        }
        Matcher id = NOTATION.matcher(value.trim());
        if (!id.matches()) {
            throw ApiException.invalid(HEADER,
                    "expected the id of an event of this job, such as 1-17, got \"" + Text.excerpt(value) + "\"");
        }
        return Optional.of(new EventId(Integer.parseInt(id.group(1)), Integer.parseInt(id.group(2))));
    }

    /** The place of the last event that a job which is over has; a failure has one behind the model's own events. */
    static int lastOf(JobProgress over) {
        return over.state() == JobState.SUCCEEDED ? over.events() : over.events() + 1;
    }

    /**
     * How many events of the attempt that is made now the client has seen: none when those that it saw are of an older one.
     *
     * @throws ApiException 400 when there has never been such an event
     */
    int placeIn(JobProgress now) {
        if (attempt < now.attempt()) {
            return 0;
        }
        int last = now.state().over() ? lastOf(now) : now.events();
        if (attempt > now.attempt() || seq > last) {
            throw ApiException.invalid(HEADER, "this job has no event " + this);
        }
        return seq;
    }

    @Override
    public String toString() {
        return attempt + "-" + seq;
    }
}
