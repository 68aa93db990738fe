package dev.caravan.sse;

/**
 * Is told of lines that begin like no field that the standard has, which a server should not send but may: an error as bare JSON
 * in the place of an event. Called from within {@link SseParser#next()} and {@link SseParser#finish()}, in the order of the
 * stream.
 */
@FunctionalInterface
public interface SseUnknownLineListener {

    /**
     * A line was read.
     *
     * @param array  holds the line; good only until this method returns
     * @param offset where it begins
     * @param length how many bytes it has, without its end
     */
    void line(byte[] array, int offset, int length);
}
