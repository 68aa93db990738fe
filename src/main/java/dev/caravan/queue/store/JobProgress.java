package dev.caravan.queue.store;

/**
 * What there is of a job's answer.
 *
 * @param attempt the attempt that is made, or the next one while the job is queued, from 1
 * @param events  how many events there are of that attempt
 */
public record JobProgress(JobState state, int attempt, int events) {
    /** Whether this is what it was before the other. A job that was queued again is in a later attempt. */
    public boolean before(JobProgress other) {
        if (attempt != other.attempt) {
            return attempt < other.attempt;
        }
        return events < other.events || events == other.events && state.ordinal() < other.state.ordinal();
    }
}
