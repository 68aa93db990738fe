package dev.caravan.queue.store;

import java.time.Instant;

/**
 * A request that is answered when there is time for it.
 *
 * @param number    its number in the store; newer jobs have higher ones
 * @param id        what clients call it, {@code job_…}
 * @param owner     the name of the key it was created with, empty where no keys are asked for
 * @param startedAt when its first attempt began, null before
 * @param endedAt   null until it is over
 */
public record Job(long number, String id, String owner, JobState state, Instant createdAt, Instant startedAt,
        Instant endedAt, Instant expiresAt) {}
