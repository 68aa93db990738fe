package dev.caravan.sse;

/**
 * Is told of comment lines, which servers send to keep a silent connection open. Called from within
 * {@link SseParser#next()}, in the order of the stream: before the event whose block or successor the comment stands
 * in.
 */
@FunctionalInterface
public interface SseCommentListener {

    /**
     * A comment line was read.
     *
     * @param array  holds the comment; good only until this method returns
     * @param offset where it begins: just after the colon, so a space that follows the colon is part of it
     * @param length how many bytes it has, possibly 0
     */
    void comment(byte[] array, int offset, int length);
}
