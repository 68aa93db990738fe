package dev.caravan.provider.media;

import dev.caravan.config.MediaFetch;
import dev.caravan.config.MediaFetch.Type;
import dev.caravan.provider.media.CheckedResolver.LookupTimeoutException;
import dev.caravan.provider.media.CheckedResolver.RefusedAddressException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;

/**
 * Gets what a URL names, with nothing of ours in the request: no credential, no cookie, no proxy. What the server sends is read as
 * far as the budget reaches and is neither unpacked nor kept for the next time. Follows redirects by itself, so that each address
 * is checked like the first. Thread-safe.
 */
final class MediaClient {
    private static final int MOST_REDIRECTS = 3;
    /** How many things are fetched at a time for all requests to a provider; more have to wait. */
    private static final int MOST_CONNECTIONS = 64;
    private static final int MOST_HEADERS = 100;
    private static final int LONGEST_LINE = 16 * 1024;
    private static final int CHUNK = 16 * 1024;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final MediaFetch settings;
    private final CloseableHttpClient client;

    /**
     * @param lookup names to addresses
     * @param permitted the addresses that may be connected to
     */
    MediaClient(MediaFetch settings, HostLookup lookup, Predicate<InetAddress> permitted) {
        this.settings = settings;
        Timeout timeout = Timeout.of(settings.timeout());
        this.client = HttpClientBuilder.create().setConnectionManager(connections(lookup, permitted, timeout))
                .setRoutePlanner(new DefaultRoutePlanner(null))
                .setDefaultRequestConfig(RequestConfig.custom().setConnectionRequestTimeout(timeout).build())
                .setConnectionReuseStrategy((request, response, context) -> false).disableRedirectHandling()
                .disableAutomaticRetries().disableCookieManagement().disableContentCompression().disableAuthCaching()
                .setUserAgent("caravan").build();
    }

    private static HttpClientConnectionManager connections(HostLookup lookup, Predicate<InetAddress> permitted,
            Timeout timeout) {
        Http1Config bounds = Http1Config.custom().setMaxHeaderCount(MOST_HEADERS).setMaxLineLength(LONGEST_LINE)
                .build();
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new CheckedResolver(lookup, permitted, timeout.toDuration()))
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder().http1Config(bounds).build())
                .setDefaultConnectionConfig(
                        ConnectionConfig.custom().setConnectTimeout(timeout).setSocketTimeout(timeout).build())
                .setDefaultTlsConfig(TlsConfig.custom().setHandshakeTimeout(timeout).build())
                .setMaxConnTotal(MOST_CONNECTIONS).setMaxConnPerRoute(MOST_CONNECTIONS).build();
    }

    /**
     * The source of a block whose URL this is, JSON. An interrupt ends it, with a failure.
     *
     * @param budget how many bytes may still be read; becomes less
     */
    byte[] fetch(Type block, String url, AtomicLong budget) throws FetchFailure {
        MediaUrl at = MediaUrl.of(url, settings);
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            Reply reply = get(at, budget);
            if (reply.location() == null) {
                return MediaSource.of(block, reply.body(), reply.contentType());
            }
            at = at.redirect(reply.location(), settings);
        }
        throw new FetchFailure("redirects more than " + MOST_REDIRECTS + " times");
    }

    /**
     * What a server answered.
     *
     * @param location where it redirects to; null when it sent the body
     */
    private record Reply(String location, String contentType, byte[] body) {}

    private Reply get(MediaUrl url, AtomicLong budget) throws FetchFailure {
        HttpGet request = new HttpGet(url.uri());
        request.setHeader("accept", "*/*");
        request.setHeader("accept-encoding", "identity");
        HttpHost server = new HttpHost(url.uri().getScheme(), url.host(), url.port());
        try {
            ClassicHttpResponse response = client.executeOpen(server, request, null);
            try {
                return reply(url, response, budget);
            } finally {
                request.cancel(); // else closing the response would read it to its end
                Closer.closeQuietly(response);
            }
        } catch (RefusedAddressException e) {
            throw notFound(url, "has an address that may not be fetched from");
        } catch (LookupTimeoutException e) {
            throw new FetchFailure("could not be fetched in time", url.host() + " was not looked up in time");
        } catch (UnknownHostException e) {
            throw notFound(url, "is not known");
        } catch (IOException e) {
            throw new FetchFailure("the server could not be reached, or broke off",
                    url.host() + ": " + e.getClass().getSimpleName());
        }
    }

    /** The same for names that nobody has and for those that only we can see: else names of ours could be tried. */
    private static FetchFailure notFound(MediaUrl url, String reason) {
        return new FetchFailure("its host has no public address that is known", url.host() + " " + reason);
    }

    private static Reply reply(MediaUrl url, ClassicHttpResponse response, AtomicLong budget)
            throws IOException, FetchFailure {
        int status = response.getCode();
        String location = header(response, "location");
        if (REDIRECTS.contains(status) && !location.isEmpty()) {
            return new Reply(location, "", new byte[0]);
        }
        String encoding = header(response, "content-encoding");
        HttpEntity entity = response.getEntity();
        if (status != 200 || entity == null || !(encoding.isEmpty() || encoding.equalsIgnoreCase("identity"))) {
            throw new FetchFailure("the server did not answer with the file",
                    url.host() + ": status " + status + (encoding.isEmpty() ? "" : ", compressed"));
        }
        return new Reply(null, header(response, "content-type"), body(entity, budget));
    }

    private static String header(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null || header.getValue() == null ? "" : header.getValue();
    }

    private static byte[] body(HttpEntity entity, AtomicLong budget) throws IOException, FetchFailure {
        ByteArrayOutputStream body = new ByteArrayOutputStream(CHUNK);
        byte[] chunk = new byte[CHUNK];
        InputStream in = entity.getContent();
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            if (budget.addAndGet(-read) < 0) {
                throw new FetchFailure("what is fetched for the request is larger than allowed");
            }
            body.write(chunk, 0, read);
        }
        return body.toByteArray();
    }
}
