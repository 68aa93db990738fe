package dev.caravan.queue;

import java.util.List;
import org.apache.camel.Exchange;

/** The {@code {id}} in the path of a door. */
public final class PathId {
    private static final String HEADER = "id";

    private PathId() {}

    /**
     * As it stands in the path, empty when there is none. What the client sends as a header or query parameter of that name Camel puts
     * into the same header, before it.
     */
    public static String of(Exchange exchange) {
        return switch (exchange.getMessage().getHeader(HEADER)) {
            case null -> "";
            case List<?> all -> String.valueOf(all.getLast());
            case Object id -> id.toString();
        };
    }
}
