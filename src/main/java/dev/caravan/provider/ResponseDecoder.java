package dev.caravan.provider;

import java.io.IOException;

/**
 * Turns a provider's reply into message events: the one interface of a dialect's decoder. A decoder is made for one reply, keeps
 * its state and hands its events to the consumer it was made with, usually through an
 * {@link dev.caravan.message.EventSequencer}. It does no I/O and knows nothing of threads; whoever feeds it owns the source and
 * calls from one thread at a time.
 *
 * <p>
 * All methods throw {@link dev.caravan.message.ApiException} for what the provider reports as an error and for a reply that is
 * not as the dialect has it, and an {@link IOException} of the JSON parser for one that is no JSON; the feeder makes that an
 * error as well.
 */
public interface ResponseDecoder {
    /**
     * Takes one event of a stream: a server-sent event, or a line where the dialect streams lines.
     *
     * @param type the event's name; {@code message} where the dialect has none
     * @param buffer holds the event's data from {@code offset} on for {@code length} bytes, UTF-8; valid during the call only
     */
    void event(String type, byte[] buffer, int offset, int length) throws IOException;

    /**
     * Takes a line of an event stream that is no field of one, which server-sent events have none of; it is passed over unless a
     * provider is known to say something like that. A line is told before the event that it stands in or before.
     *
     * @param buffer holds the line from {@code offset} on for {@code length} bytes; valid during the call only
     */
    default void unframed(byte[] buffer, int offset, int length) {}

    /** Takes a whole reply that did not stream, JSON in UTF-8. */
    void message(byte[] json) throws IOException;

    /**
     * The source has ended.
     *
     * @throws dev.caravan.message.ApiException when that is too early, so that the message is not whole
     */
    void end();

    /** Whether the message is whole: what the source may still send does not matter. */
    boolean finished();
}
