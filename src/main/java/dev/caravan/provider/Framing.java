package dev.caravan.provider;

import java.io.IOException;

/**
 * Finds the events in the bytes of a live reply, however the network has cut them, and hands each to the decoder that it was made
 * with. One serves one reply; it does no I/O and is used by one thread at a time.
 */
public interface Framing {
    /**
     * Takes more bytes, which stay the caller's.
     *
     * @throws IOException when an event becomes too large
     */
    void feed(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Hands the next whole event to the decoder, which may make none or several of the message's of it.
     *
     * @return false when the bytes fed so far hold no further whole event
     * @throws DamagedException when the bytes hold no event
     * @throws IOException when the event holds nothing that the decoder can read
     * @throws dev.caravan.message.ApiException when the event tells a failure
     */
    boolean next() throws IOException;

    /**
     * There are no more bytes: hands the decoder what may count as a last event.
     *
     * @return false when they end in the midst of an event, so that something is lost
     */
    boolean end() throws IOException;

    /** Bytes that are not framed as they should be. */
    final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        /** @param problem what is wrong with them */
        public DamagedException(String problem, Throwable cause) {
            super(problem, cause);
        }
    }
}
