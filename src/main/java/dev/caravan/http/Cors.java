package dev.caravan.http;

import dev.caravan.config.CaravanConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Lets browsers of the configured origins read replies.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch: CORS protocol</a>
 */
public final class Cors implements Processor {
    private static final String EXPOSED = "request-id, x-request-id, retry-after, location, preference-applied";

    private final List<String> origins;

    public Cors(CaravanConfig config) {
        this.origins = config.server().corsOrigins();
    }

    boolean allows(String origin) {
        return origin != null && (origins.contains("*") || origins.contains(origin.toLowerCase(Locale.ROOT)));
    }

    /** Adds to the reply what a browser needs to hand it to its page. */
    @Override
    public void process(Exchange exchange) {
        if (origins.isEmpty()) {
            return;
        }
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        String origin = reply.request().getHeader("origin");
        if (allows(origin)) {
            Map<String, String> headers = reply.call().getReplyHeaders();
            headers.put("access-control-allow-origin", origin);
            headers.put("access-control-expose-headers", EXPOSED);
            headers.put("vary", "origin");
        }
    }
}
