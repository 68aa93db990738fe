package dev.caravan.config;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How processes are kept that answer request after request.
 *
 * @param min          how many run also when there is nothing to do
 * @param max          the most that run at a time, those that are being ended included; one more while one is being replaced,
 *                     where the memory of all is limited and has room for it
 * @param concurrency  the most requests that one is given at a time; it may ask for fewer
 * @param queue        the most requests that wait
 * @param queueTimeout the longest wait of a request
 * @param idle         after which time without a request a process above {@code min} is ended
 * @param requests     after how many requests a process is replaced
 * @param memory       the bytes that one is taken to need until it is known, and above which it is replaced; empty when not said
 * @param start        the longest silence of a process that is starting
 * @param cancel       how long a process may take to give up a request
 * @param ping         after which silence a process is asked whether it lives, and how long it may take to answer
 */
public record WorkerSettings(int min, int max, int concurrency, int queue, Duration queueTimeout, Duration idle,
        int requests, OptionalLong memory, Duration start, Duration cancel, Duration ping) {

    /** What is not said. */
    public static final WorkerSettings DEFAULT = new WorkerSettings(1, 1, 16, 64, Duration.ofMinutes(5),
            Duration.ofMinutes(30), 10_000, OptionalLong.empty(), Duration.ofMinutes(10), Duration.ofSeconds(2),
            Duration.ofSeconds(15));
}
