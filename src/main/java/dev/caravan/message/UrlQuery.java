package dev.caravan.message;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The query of a URL, and how what stands in URLs is decoded. */
public final class UrlQuery {
    private UrlQuery() {}

    /**
     * The parameters by name; of one that is given more than once, the last.
     *
     * @param query the part of the URL behind {@code ?}
     * @throws ApiException 400 when it is not encoded as it should be
     */
    public static Map<String, String> parse(String query) {
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return values;
    }

    /**
     * A part of a path, in which {@code +} stands for itself.
     *
     * @throws ApiException 400 when it is not encoded as it should be
     */
    public static String decodePath(String text) {
        return decode(text.replace("+", "%2B"));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("", "the URL is not encoded as it should be");
        }
    }
}
