package dev.caravan.provider.media;

import dev.caravan.config.MediaFetch;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A URL that may be asked for, as far as its text tells.
 *
 * @param uri absolute, ASCII, with a path, without user and fragment
 * @param host in lower case; an IPv6 address without its brackets
 * @param port the port to connect to
 */
record MediaUrl(URI uri, String host, int port) {
    /** Longer than any URL that is signed for a download. */
    private static final int LONGEST = 8_192;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    /** What some resolvers read as an address: its last label is a number, in whatever base (URL Standard, "ends in a number"). */
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\\.?");

    /** The URL of a request's block, when the settings allow it. */
    static MediaUrl of(String text, MediaFetch settings) throws FetchFailure {
        if (text.length() > LONGEST) {
            throw new FetchFailure("is longer than " + LONGEST + " characters");
        }
        try {
            return of(new URI(text), settings);
        } catch (URISyntaxException e) {
            throw expected(settings);
        }
    }

    /** Where a redirect leads from here, when the settings allow it. */
    MediaUrl redirect(String location, MediaFetch settings) throws FetchFailure {
        if (location.length() > LONGEST) {
            throw new FetchFailure("redirects to a URL that is too long");
        }
        try {
            return of(uri.resolve(new URI(location)), settings);
        } catch (URISyntaxException e) {
            throw new FetchFailure("redirects to what is no URL");
        } catch (FetchFailure e) {
            throw new FetchFailure("redirects to a URL that may not be fetched", "redirected: " + e.reason());
        }
    }

    private static MediaUrl of(URI url, MediaFetch settings) throws FetchFailure {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!settings.schemes().contains(scheme) || url.isOpaque()) {
            throw expected(settings);
        }
        if (url.getRawUserInfo() != null || url.getRawAuthority() != null && url.getRawAuthority().contains("@")) {
            throw new FetchFailure("a URL with a user or a password in it is not fetched");
        }
        String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
        boolean oddNumber = ENDS_IN_A_NUMBER.matcher(host).matches() && !IPV4.matcher(host).matches();
        if (host.isEmpty() || host.endsWith(".") || host.contains("%") || oddNumber) {
            throw new FetchFailure(
                    "expected a host name (letters, digits, `.` and `-`), or an IP address in its usual form");
        }
        int usual = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        int port = url.getPort() == -1 ? usual : url.getPort();
        boolean allowed = settings.hosts().isEmpty()
                ? port == usual
                : settings.hosts().stream().anyMatch(pattern -> pattern.matches(host, port, usual));
        if (!allowed) {
            throw new FetchFailure("its host or port is not among those that may be fetched from");
        }
        return new MediaUrl(plain(url, scheme, host, port == usual ? "" : ":" + port),
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    private static URI plain(URI url, String scheme, String host, String port) {
        String path = "/" + url.getRawPath().replaceFirst("^/+", ""); // the HTTP client takes no path that begins with two
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return URI.create(URI.create(scheme + "://" + host + port + path + query).toASCIIString());
    }

    private static FetchFailure expected(MediaFetch settings) {
        String schemes = settings.schemes().contains("https")
                ? settings.schemes().contains("http") ? "http or https" : "https"
                : "http";
        return new FetchFailure("expected an absolute " + schemes + " URL");
    }
}
