package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.MediaFetch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("How a URL may be written that is fetched")
class MediaUrlTest {
    private static final MediaFetch USUAL = Fetches.settings("{}");
    private static final MediaFetch BOTH = Fetches.settings("{ schemes: [http, https] }");

    @ParameterizedTest
    @CsvSource({"https://example.com, https://example.com/, example.com, 443",
            "HTTPS://Example.COM/A/b?c=%20d#e, https://example.com/A/b?c=%20d, example.com, 443",
            "https://example.com:443/x, https://example.com/x, example.com, 443",
            "https://example.com//x, https://example.com/x, example.com, 443",
            "https://example.com/ü, https://example.com/%C3%BC, example.com, 443",
            "http://93.184.215.14/x, http://93.184.215.14/x, 93.184.215.14, 80",
            "https://[2606:4700::1111]/x, https://[2606:4700::1111]/x, 2606:4700::1111, 443"})
    void asItIsAskedFor(String text, String asked, String host, int port) throws FetchFailure {
        MediaUrl url = MediaUrl.of(text, BOTH);
        assertEquals(asked, url.uri().toString());
        assertEquals(host, url.host());
        assertEquals(port, url.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "//example.com/x", "/etc/passwd", "http://example.com/x", "ftp://example.com/x",
            "file:///etc/passwd", "jar:https://example.com!/x", "data:image/png;base64,AAAA", "gopher://example.com/",
            "https:example.com", "https://exa mple.com/", "https://example.com/\r\nx: y", "https://example.com\\@x/",
            "\u0000https://example.com/"})
    void noUrlOfTheScheme(String text) {
        assertEquals("expected an absolute https URL", refusal(text, USUAL));
    }

    /** Spellings of 127.0.0.1 and others that one parser reads as an address and another as a name. */
    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.1.",
            "127.0.0.01", "127.000.000.001", "256.0.0.1", "1.2.3.4.5", "example.1", "example.0x1", "example.com.",
            "[fe80::1%25eth0]", "[::1%1]", "[::1", "①②⑦.0.0.1", "example。com", "bücher.example", "a_b.example",
            "%31%32%37.0.0.1", "", ":443"})
    void oddHosts(String host) {
        String refusal = refusal("https://" + host + "/x", USUAL);
        assertTrue(refusal.startsWith("expected "), refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://user@example.com/x", "https://user:secret@example.com/x",
            "https://example.com@127.0.0.1/x", "https://@example.com/x", "https://a@b@example.com/x"})
    void users(String text) {
        String refusal = refusal(text, USUAL);
        assertEquals("a URL with a user or a password in it is not fetched", refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.com:80/x", "https://example.com:22/x", "https://example.com:8443/x",
            "https://example.com:0/x", "https://example.com:65536/x", "https://example.com:99999999/x"})
    void ports(String text) {
        assertEquals("its host or port is not among those that may be fetched from", refusal(text, USUAL));
    }

    @Test
    void hostsOfTheSettings() throws FetchFailure {
        MediaFetch some = Fetches.settings(
                "{ schemes: [https, http], hosts: [\"*.example.com\", \"Images.test:8443\", \"[::1]:99\"] }");
        for (String allowed : new String[]{"https://a.example.com/", "http://a.b.EXAMPLE.com/",
                "https://images.test:8443/", "http://images.test:8443/", "http://[::1]:99/"}) {
            MediaUrl.of(allowed, some);
        }
        for (String refused : new String[]{"https://example.com/", "https://badexample.com/",
                "https://a.example.com.evil.test/", "https://a.example.com:8443/", "https://images.test/",
                "https://x.images.test:8443/", "http://[::1]/", "http://127.0.0.1:99/"}) {
            assertEquals("its host or port is not among those that may be fetched from", refusal(refused, some),
                    refused);
        }
    }

    @Test
    void nothingOfALongUrlIsLookedAt() {
        assertEquals("is longer than 8192 characters", refusal("https://example.com/" + "x".repeat(8_192), USUAL));
    }

    @ParameterizedTest
    @CsvSource({"https://cdn.example/y, https://cdn.example/y", "/y?z, https://example.com/y?z",
            "y, https://example.com/a/y", "../../../y, https://example.com/../../y",
            "//cdn.example/y, https://cdn.example/y"})
    void redirects(String location, String to) throws FetchFailure {
        assertEquals(to, MediaUrl.of("https://example.com/a/b", USUAL).redirect(location, USUAL).uri().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.com/y", "file:///etc/passwd", "https://user@example.com/",
            "//example.com:22/",
            "https://2130706433/", "mailto:a@b"})
    void redirectsElsewhere(String location) throws FetchFailure {
        MediaUrl from = MediaUrl.of("https://example.com/a/b", USUAL);
        FetchFailure refusal = assertThrows(FetchFailure.class, () -> from.redirect(location, USUAL));
        assertEquals("redirects to a URL that may not be fetched", refusal.getMessage());
    }

    private static String refusal(String text, MediaFetch settings) {
        return assertThrows(FetchFailure.class, () -> MediaUrl.of(text, settings), text).getMessage();
    }
}
