package dev.caravan.bench;

import java.util.Map;

/**
 * One job of the load generator: so many clients, each sending its next request when its last one is answered, until
 * {@code total} requests were sent or {@code seconds} are over, whichever is first. What was sent is then waited for, at most
 * {@code graceSeconds}.
 *
 * @param port         port on 127.0.0.1
 * @param path         path of the POST
 * @param headers      request headers beside content-length
 * @param body         request body
 * @param clients      requests open at any time
 * @param rampMillis   time over which the clients start, evenly; 0 starts all at once
 * @param total        requests to send at most
 * @param seconds      time after which none is sent any more
 * @param graceSeconds time that open requests are given after that; what is open then has failed
 * @param untimed      requests at the beginning that are sent like the others but whose times are not recorded
 * @param tokens       content events that each stream must bring; 0 for a JSON reply
 */
record Load(int port, String path, Map<String, String> headers, String body, int clients, int rampMillis, int total,
        double seconds,
        double graceSeconds, int untimed, int tokens) {

    Load {
        if (clients < 1 || clients > 10_000 || total < 1 || seconds <= 0 || seconds > 600 || graceSeconds < 0
                || graceSeconds > 120) {
            throw new IllegalArgumentException(
                    "a load out of bounds: " + clients + " clients, " + total + " requests, " + seconds
                            + " s, " + graceSeconds + " s");
        }
    }

    boolean streams() {
        return tokens > 0;
    }

    /** The same, but the times of the first requests, which open the connections, are not recorded. */
    Load notTimingFirst(int requests) {
        return new Load(port, path, headers, body, clients, rampMillis, total, seconds, graceSeconds, requests, tokens);
    }
}
