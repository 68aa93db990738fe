package dev.caravan.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One server-sent event as it was dispatched. Its data is a range of a byte array: UTF-8 as it came, unchecked, with
 * its lines joined by LF and no LF at the end. The range may be empty ({@code data:} alone is an event).
 * <p>
 * An event from {@link SseParser} either has an array of its own or shares the array that was fed. It is therefore good
 * until the caller writes into the fed array; the parser itself never writes into an array that it has handed out.
 * Whoever keeps an event longer calls {@link #copyData()}. Nobody may write into the array.
 * <p>
 * Two events are equal when type, last event id and the bytes of the data are equal. Immutable, and so safe to pass
 * between threads, as long as nobody writes into the array.
 *
 * @param type        the event's name, {@code message} when the stream gives none. Within one stream frequent names
 *                    are the same {@code String} instance; compare with {@code equals} or {@code switch}.
 * @param lastEventId the last {@code id} seen on the stream up to this event, empty when there was none
 * @param array       the array that holds the data
 * @param offset      where in the array the data begins
 * @param length      how many bytes the data has
 */
public record SseEvent(String type, String lastEventId, byte[] array, int offset, int length) {

    public SseEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(lastEventId, "lastEventId");
        Objects.checkFromIndexSize(offset, length, array.length);
    }

    /** The data as text; malformed UTF-8 becomes U+FFFD, as the standard decodes it. */
    public String dataUtf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    /** A new array with the data alone. */
    public byte[] copyData() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SseEvent that && type.equals(that.type) && lastEventId.equals(that.lastEventId)
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = Objects.hash(type, lastEventId);
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** Type and size only: data may be confidential and this text may be logged. */
    @Override
    public String toString() {
        return "SseEvent[" + type + ", " + length + " bytes]";
    }
}
