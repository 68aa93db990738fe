package dev.caravan.queue.job;

import dev.caravan.message.Call;
import dev.caravan.queue.store.JobProgress;
import dev.caravan.queue.store.JobState;
import dev.caravan.queue.store.JobWork;

/**
 * An attempt at a job that this node makes; the exchange property {@value #PROPERTY} of the exchange that does.
 *
 * @param number   1 for the first one; those that found the provider not there, or whose node was stopped, do not count
 * @param call     the call that it is for the rest of the gateway
 * @param recorder where its events go
 */
record JobAttempt(JobWork work, int number, Call call, EventRecorder recorder) {
    /** The name of the exchange property. */
    static final String PROPERTY = "caravanJobAttempt";

    JobProgress progress() {
        return new JobProgress(JobState.IN_PROGRESS, work.attempt(), recorder.written());
    }

    /** Whether anybody wants what it may still bring. */
    boolean isTheNewest(JobProgress now) {
        return now != null && now.state() == JobState.IN_PROGRESS && now.attempt() == work.attempt();
    }
}
