package dev.caravan.sse;

/**
 * Events that are ready to be sent.
 *
 * @param bytes whole frames, as {@link SseWriter} makes them; empty when there is nothing to send
 * @param last whether the stream is whole with them
 */
public record SseFrames(byte[] bytes, boolean last) {}
