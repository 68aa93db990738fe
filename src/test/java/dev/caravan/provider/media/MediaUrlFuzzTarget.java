package dev.caravan.provider.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.config.MediaFetch;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/** Any text as a URL to be fetched, and as where a redirect leads: refused, or one that all parsers read alike. */
public final class MediaUrlFuzzTarget {
    private static final MediaFetch ANY = Fetches.settings("{ schemes: [http, https] }");
    private static final MediaFetch SOME = Fetches.settings(
            "{ schemes: [https], hosts: [\"*.example.com\", \"images.test:8443\", \"[::1]:99\"] }");

    private MediaUrlFuzzTarget() {}

    public static List<byte[]> seeds() {
        return Stream.of("https://a.example.com/A/b?c=%20d#e", "HTTPS://Images.test:8443//x", "https://[::1]:99/",
                "http://93.184.215.14/x", "https://user:secret@example.com/x", "//b.example.com/y", "../z?\u00fc",
                "https://0x7f.1/", "https://127.0.0.1.:80\\@a.example.com").map(text -> text.getBytes(UTF_8)).toList();
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, UTF_8);
        for (MediaFetch settings : List.of(ANY, SOME)) {
            try {
                check(MediaUrl.of(text, settings), settings);
            } catch (FetchFailure e) {
                told(e);
            }
            try {
                MediaUrl from = MediaUrl.of("https://a.example.com/x/y", settings);
                check(from.redirect(text, settings), settings);
            } catch (FetchFailure e) {
                told(e);
            }
        }
    }

    private static void told(FetchFailure failure) {
        if (failure.getMessage() == null && failure.reason().isBlank()) {
            throw new AssertionError("refused without a word");
        }
    }

    /** What is asked for is what was checked, also for one who reads the URL once more. */
    private static void check(MediaUrl url, MediaFetch settings) throws FetchFailure {
        URI uri = url.uri();
        String host = uri.getHost().replaceAll("^\\[|]$", "");
        boolean holds = settings.schemes().contains(uri.getScheme()) && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null && host.equals(url.host())
                && uri.toString().chars().allMatch(c -> c > ' ' && c < 0x7f) && !uri.getRawPath().startsWith("//")
                && uri.getRawPath().startsWith("/") && (uri.getPort() == -1 || uri.getPort() == url.port())
                && MediaUrl.of(uri.toString(), settings).equals(url);
        if (!holds) {
            throw new AssertionError("a URL that is read in several ways: " + url);
        }
    }
}
