package dev.caravan.http;

import dev.caravan.config.CaravanConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Finds out at which address the client reaches the gateway, for replies that hold a URL of the gateway's own:
 * {@code server.public-url} where it is configured, otherwise what the request says. A proxy that adds {@code X-Forwarded-Proto} and
 * {@code X-Forwarded-Host} is believed, since otherwise a client that came by HTTPS would be sent to HTTP with its key. Anybody
 * can add them, but only to a request of their own, whose reply is theirs.
 */
public final class ReadBaseUrl implements Processor {
    /** The name of the exchange property: scheme and authority, perhaps a path, without a slash at the end. */
    public static final String PROPERTY = "caravanBaseUrl";

    /** A host and perhaps a port. What is anything else must not get into a URL. */
    private static final Pattern AUTHORITY = Pattern
            .compile("([A-Za-z0-9._-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

    private final Optional<String> publicUrl;

    public ReadBaseUrl(CaravanConfig config) {
        this.publicUrl = config.server().publicUrl().map(Object::toString);
    }

    @Override
    public void process(Exchange exchange) {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        exchange.setProperty(PROPERTY, publicUrl.orElseGet(() -> asked(reply.request())));
    }

    private static String asked(HttpServerRequest request) {
        String authority = authority(forwarded(request, "x-forwarded-host"))
                .or(() -> authority(request.getHeader(HttpHeaders.HOST)))
                .or(() -> authority(request.authority() == null ? null : request.authority().toString()))
                .orElseGet(() -> listening(request.localAddress()));
        return scheme(request) + "://" + authority;
    }

    private static String scheme(HttpServerRequest request) {
        String scheme = forwarded(request, "x-forwarded-proto");
        return scheme != null && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
                ? scheme.toLowerCase(Locale.ROOT)
                : request.scheme();
    }

    /** Of several proxies, what the first one has said: the one that the client has reached. */
    private static String forwarded(HttpServerRequest request, String header) {
        String value = request.getHeader(header);
        return value == null ? null : value.split(",", 2)[0].strip();
    }

    private static Optional<String> authority(String text) {
        return Optional.ofNullable(text).filter(given -> AUTHORITY.matcher(given).matches());
    }

    private static String listening(SocketAddress address) {
        String host = address.hostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.port();
    }
}
