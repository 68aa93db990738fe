package dev.caravan.queue.store;

/**
 * A request that a batch is to have.
 *
 * @param lane   the queue it goes to
 * @param params a request of the Messages API, JSON in UTF-8, not checked yet. Not copied
 */
public record NewRequest(String customId, String lane, byte[] params) {}
