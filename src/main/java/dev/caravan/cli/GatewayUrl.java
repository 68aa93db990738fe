package dev.caravan.cli;

import dev.caravan.config.ServerConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The URL at which a client reaches a gateway. */
final class GatewayUrl {
    /** The addresses that mean all of a machine's: something to listen on, nothing to connect to. */
    private static final Pattern EVERY_ADDRESS = Pattern.compile("(?i)([0:]*:(ffff:)?)?0\\.0\\.0\\.0|[0:]*:[0:]*");

    private GatewayUrl() {}

    /** Where a client on this machine finds the server; empty when any free port is to be taken, which nobody knows before. */
    static Optional<URI> of(ServerConfig server) {
        return server.port() == 0 ? Optional.empty() : Optional.of(of(server.host(), server.port()));
    }

    /** The same for a port that is known. */
    static URI of(String host, int port) {
        // A server on [::] hears IPv4 too (Java turns IPV6_V6ONLY off), while containers often lack the address ::1.
        String reachable = EVERY_ADDRESS.matcher(host).matches() ? "127.0.0.1" : host;
        // The zone of an IPv6 address is written %25 in a URL (RFC 6874).
        String literal = reachable.indexOf(':') < 0 ? reachable : "[" + reachable.replace("%", "%25") + "]";
        return URI.create("http://" + literal + ":" + port);
    }

    /**
     * A URL that somebody gave; the paths of the API are added to it.
     *
     * @throws IllegalArgumentException when it is none, with a message that does not quote it, since it may hold a password
     */
    static URI parse(String text) {
        URI url;
        try {
            url = new URI(text.strip().replaceFirst("/+$", ""));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("expected a URL such as http://127.0.0.1:7777");
        }
        boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("expected a URL such as http://127.0.0.1:7777");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("a URL with a user or a password in it; the key belongs in CARAVAN_KEY");
        }
        return url;
    }
}
