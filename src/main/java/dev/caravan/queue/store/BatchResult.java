package dev.caravan.queue.store;

/**
 * The result of one request.
 *
 * @param body JSON in UTF-8, as the type says; null where it has none. Not copied
 */
public record BatchResult(String customId, ResultType type, byte[] body) {}
