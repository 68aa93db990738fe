package dev.caravan.queue.store;

import java.time.Instant;

/**
 * A Message Batch.
 *
 * @param number            its number in the store; newer batches have higher ones
 * @param id                what clients call it, {@code msgbatch_…}
 * @param owner             the name of the key it was created with, empty where no keys are asked for
 * @param cancelInitiatedAt null unless its cancellation was asked for
 * @param endedAt           null until it has ended
 * @param archivedAt        when its results were deleted, null before
 */
public record Batch(long number, String id, String owner, BatchState state, RequestCounts counts, Instant createdAt,
        Instant expiresAt, Instant endedAt, Instant cancelInitiatedAt, Instant archivedAt) {}
