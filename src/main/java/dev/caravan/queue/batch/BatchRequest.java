package dev.caravan.queue.batch;

/**
 * One request of a batch as its client sent it.
 *
 * @param index    its place in the batch, from 0
 * @param customId what the client calls it; 1 to 64 letters, digits, {@code _} and {@code -}, and no other of the batch has it
 * @param model    the model that its params name; null when they name none, or not by a text
 * @param params   an object, JSON in UTF-8 as it was written, without white space between tokens. Not checked further, not copied
 */
public record BatchRequest(int index, String customId, String model, byte[] params) {}
