package dev.caravan.queue.store;

import java.time.Instant;

/**
 * A request that was given up.
 *
 * @param lane     the queue it was in
 * @param source   the id of the batch or of the job it belongs to
 * @param attempts how often it was tried
 * @param reason   what came of the last attempt
 */
public record DeadLetter(long id, String lane, String source, String customId, int attempts, String reason,
        Instant diedAt) {}
