package dev.caravan.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How work is queued. Immutable.
 *
 * @param directory  where an embedded broker keeps its journal and an embedded store its database; absolute
 * @param broker     the broker; empty for the embedded one
 * @param store      the database; empty for the embedded one
 * @param lanes      how much queued work this Caravan does at a time
 * @param share      how much of its lanes queued work uses while somebody waits for an answer, in percent, from 1 to 100
 * @param attempts   how often a piece of work is tried before it is given up, from 1
 * @param redelivery how long the broker waits between two attempts
 */
public record QueueConfig(Path directory, Optional<Remote> broker, Optional<Remote> store, Lanes lanes, int share,
        int attempts,
        Redelivery redelivery) {

    /** The usual directory, relative to the file. */
    public static final String DEFAULT_DIRECTORY = "data";
    /** The usual share, in percent. */
    public static final int DEFAULT_SHARE = 25;
    /** The usual number of attempts. */
    public static final int DEFAULT_ATTEMPTS = 5;

    /**
     * A server that is not Caravan's own.
     *
     * @param url      where it is; may hold secrets among its parameters, such as the password of a key store
     * @param user     who Caravan is to it; empty for nobody in particular
     * @param password the user's password; there only with a user
     */
    public record Remote(String url, Optional<String> user, Optional<Secret> password) {

        /** For people: the URL without its parameters. */
        public String address() {
            int query = url.indexOf('?');
            return query < 0 ? url : url.substring(0, query);
        }

        /** Without the URL's parameters, some of which are secret. */
        @Override
        public String toString() {
            return "Remote[address=" + address() + ", user=" + user + ", password=" + password + "]";
        }
    }

    /**
     * One lane for each kind of provider, so that neither keeps the other waiting.
     *
     * @param exec the lane of providers that are processes
     * @param http the lane of providers over HTTP
     */
    public record Lanes(Lane exec, Lane http) {
        /** A few local models, and as many waiting connections as a small machine does easily. */
        public static final Lanes DEFAULT = new Lanes(new Lane(2), new Lane(16));
    }

    /**
     * @param consumers how many pieces of work of this lane are done at a time, from 1
     */
    public record Lane(int consumers) {}

    /**
     * @param delay      before the second attempt
     * @param multiplier how much longer each further delay is than the one before, from 1
     * @param most       the longest delay
     */
    public record Redelivery(Duration delay, int multiplier, Duration most) {
        /** 1 s, 2 s, 4 s, … up to a minute. */
        public static final Redelivery DEFAULT = new Redelivery(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));
    }
}
