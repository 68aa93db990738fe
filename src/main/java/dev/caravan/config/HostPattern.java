package dev.caravan.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hosts that may be fetched from.
 *
 * @param host       a name in lower case, or an IP address as it stands in a URL
 * @param subdomains whether the names below it are meant, and not it
 * @param port       the port; empty for the usual one of the scheme
 */
public record HostPattern(String host, boolean subdomains, Optional<Integer> port) {

    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern NOTATION = Pattern
            .compile("(\\*\\.)?(?<host>" + LABEL + "(\\." + LABEL + ")*|\\[[0-9A-Fa-f:.]+])(:(?<port>[0-9]{1,5}))?");
    private static final int MOST_PORT = 65535;

    /** The pattern of a notation such as {@code *.example.com} or {@code images.example.com:8443}; empty when it is none. */
    static Optional<HostPattern> parse(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        boolean subdomains = matcher.group(1) != null;
        String host = matcher.group("host").toLowerCase(Locale.ROOT);
        Optional<Integer> port = Optional.ofNullable(matcher.group("port")).map(Integer::valueOf);
        boolean valid = port.stream().allMatch(number -> number > 0 && number <= MOST_PORT)
                && !(subdomains && host.startsWith("["));
        return valid ? Optional.of(new HostPattern(host, subdomains, port)) : Optional.empty();
    }

    /**
     * Whether a URL with this host and port is meant.
     *
     * @param name in lower case
     * @param usual the port that the URL's scheme has when none is said
     */
    public boolean matches(String name, int at, int usual) {
        boolean sameHost = subdomains ? name.endsWith("." + host) : name.equals(host);
        return sameHost && at == port.orElse(usual);
    }
}
