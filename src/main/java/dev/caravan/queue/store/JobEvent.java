package dev.caravan.queue.store;

/**
 * An event of a job's answer.
 *
 * @param seq   its place in the attempt, from 1
 * @param frame the whole frame of an event stream. Not copied
 */
public record JobEvent(int seq, byte[] frame) {}
