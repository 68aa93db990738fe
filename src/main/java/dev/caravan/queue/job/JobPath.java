package dev.caravan.queue.job;

import org.apache.camel.Exchange;

/** Where jobs are. */
final class JobPath {
    private static final String JOBS = "/v1/jobs/";

    private JobPath() {}

    static String of(String id) {
        return JOBS + id;
    }

    /** The id in the path that was asked for, as it stands there: ids have nothing in them that has to be encoded. */
    static String id(Exchange exchange) {
        String path = exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class);
        return path.startsWith(JOBS) ? path.substring(JOBS.length()) : "";
    }
}
