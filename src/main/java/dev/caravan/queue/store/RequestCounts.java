package dev.caravan.queue.store;

/**
 * How many requests of a batch came to what. Until the batch has ended all are {@code processing}; the sum stays the same.
 */
public record RequestCounts(int processing, int succeeded, int errored, int canceled, int expired) {}
