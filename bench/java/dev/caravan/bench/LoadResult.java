package dev.caravan.bench;

import java.util.Map;

/**
 * What came of a {@link Load}. All times are in microseconds.
 *
 * @param completed  requests answered fully: status 200 and, of a stream, every content event and its proper end
 * @param failures   the others by reason: {@code status 500}, {@code error event}, {@code premature end}, {@code tokens missing},
 *                   {@code reset}, {@code connect}, {@code unfinished}
 * @param seconds    from the first request to the last answer
 * @param tokens     content events received, of failed streams too
 * @param connect    from wanting a connection to having one; only of requests that had to open one
 * @param firstToken from sending the request to the first content event, streams only
 * @param gap        from one content event to the next of the same stream; events that came in one piece have a gap of 0
 * @param whole      from sending the request to the end of the answer
 */
record LoadResult(long completed, Map<String, Long> failures, double seconds, long tokens, Timings connect,
        Timings firstToken,
        Timings gap, Timings whole) {

    long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    double requestsPerSecond() {
        return completed / seconds;
    }

    double tokensPerSecond() {
        return tokens / seconds;
    }
}
