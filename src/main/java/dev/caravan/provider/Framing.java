package dev.caravan.provider;

import java.io.IOException;

/**
 * Finds the events in the bytes of a live reply, however the network has cut them. One serves one reply; it does no I/O and is
 * used by one thread at a time.
 */
public interface Framing {
    /** Takes more bytes, which stay the caller's. */
    void feed(byte[] bytes, int offset, int length);

    /**
     * Hands the next whole event to the decoder, which may make none or several of the message's of it.
     *
     * @return false when the bytes fed so far hold no further whole event
     * @throws IOException when the bytes are not what they should be
     * @throws dev.caravan.message.ApiException when the event tells a failure
     */
    boolean next(ResponseDecoder decoder) throws IOException;

    /** Whether the bytes fed so far end in the midst of an event, so that an end here would be a loss. */
    boolean inside();
}
