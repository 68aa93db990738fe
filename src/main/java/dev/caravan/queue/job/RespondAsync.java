package dev.caravan.queue.job;

import dev.caravan.config.CaravanConfig;
import java.util.Collection;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;

/**
 * Whether the client would rather come back for its answer: {@code Prefer: respond-async}. Without a queue the
 * preference is not heeded. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240#section-4.1">RFC 7240: The "respond-async" preference</a>
 */
public final class RespondAsync implements Predicate {
    private static final String PREFERENCE = "respond-async";

    private final boolean queue;

    public RespondAsync(CaravanConfig config) {
        this.queue = config.queue().isPresent();
    }

    @Override
    public boolean matches(Exchange exchange) {
        Object header = exchange.getMessage().getHeader("Prefer");
        if (header == null || !queue) {
            return false;
        }
        return header instanceof Collection<?> several
                ? several.stream().anyMatch(value -> names(value.toString()))
                : names(header.toString());
    }

    /** Preferences are separated by commas, their parameters by semicolons; this one has no value. */
    private static boolean names(String header) {
        for (String preference : header.split(",")) {
            int parameters = preference.indexOf(';');
            String name = parameters < 0 ? preference : preference.substring(0, parameters);
            if (name.trim().equalsIgnoreCase(PREFERENCE)) {
                return true;
            }
        }
        return false;
    }
}
