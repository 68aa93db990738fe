package dev.caravan.provider;

import dev.caravan.config.HttpProvider;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * Sets up the HTTP client of a provider: the credential goes onto each request here, below Camel, so that no exchange and no
 * trace ever holds it. What a proxy must not do by itself is switched off: redirects (they would carry the prompt elsewhere),
 * retries but for a stale connection, cookies, compression.
 */
public class ProviderHttpClient implements HttpClientConfigurer {
    /** What is shorter, such as a header's {@code true}, is no secret and stands in many texts. */
    private static final int SHORTEST_SECRET = 8;

    private final HttpProvider provider;
    private final String credentialHeader;
    private final String credentialPrefix;
    private final String query;

    /**
     * @param credentialHeader the header that carries the API key
     * @param credentialPrefix what stands before the key there
     */
    public ProviderHttpClient(HttpProvider provider, String credentialHeader, String credentialPrefix) {
        this(provider, credentialHeader, credentialPrefix, "");
    }

    /**
     * @param credentialHeader the header that carries the API key
     * @param credentialPrefix what stands before the key there
     * @param query the query of every request, such as {@code api-version=v1}; empty for none
     */
    public ProviderHttpClient(HttpProvider provider, String credentialHeader, String credentialPrefix, String query) {
        this.query = query;
        this.provider = provider;
        this.credentialHeader = credentialHeader;
        this.credentialPrefix = credentialPrefix;
    }

    /** The URL that the path of a request is appended to; kamelets read it as <code>{{bean:name.baseUrl}}</code>. */
    public URI baseUrl() {
        return provider.endpoint().baseUrl();
    }

    /** How long to wait until a connection stands, in milliseconds. */
    public long connectTimeout() {
        return provider.endpoint().timeouts().connect().toMillis();
    }

    /** The longest silence of the provider. */
    Duration idle() {
        return provider.endpoint().timeouts().idle();
    }

    /** The text without the provider's credentials: some servers tell the headers of a request that they refuse. */
    byte[] withoutSecrets(byte[] text) {
        String all = new String(text, StandardCharsets.ISO_8859_1);
        String left = all;
        for (Secret secret : secrets()) {
            if (secret.reveal().length() >= SHORTEST_SECRET) {
                left = left.replace(secret.reveal(), "[redacted]");
            }
        }
        return left.equals(all) ? text : left.getBytes(StandardCharsets.ISO_8859_1);
    }

    private List<Secret> secrets() {
        List<Secret> secrets = new ArrayList<>(provider.endpoint().headers().values());
        provider.endpoint().apiKey().ifPresent(secrets::add);
        return secrets;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        String credential = provider.endpoint().apiKey().map(key -> credentialPrefix + key.reveal()).orElse(null);
        Map<String, Secret> headers = provider.endpoint().headers();
        builder.disableRedirectHandling().setRetryStrategy(new StaleConnectionRetry()).disableCookieManagement()
                .disableContentCompression().disableAuthCaching().setUserAgent("caravan");
        builder.addRequestInterceptorLast((request, entity, context) -> {
            if (credential != null) {
                request.setHeader(credentialHeader, credential);
            }
            headers.forEach((name, value) -> request.setHeader(name, value.reveal()));
            if (!query.isEmpty()) {
                request.setPath(request.getPath().replaceFirst("\\?.*", "") + "?" + query);
            }
        });
        builder.addExecInterceptorFirst("caravan-failure", ProviderHttpClient::call);
        builder.addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "caravan-silence", this::sendAndAwaitHead);
    }

    /**
     * Bounds the wait for the head of the reply, and for the provider to take in the request: a long one may take its time as long as
     * it goes on. The wait for the body of the reply is bounded by whoever reads it.
     */
    private ClassicHttpResponse sendAndAwaitHead(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        try (SilenceWatch watch = new SilenceWatch(idle(), scope.execRuntime::discardEndpoint)) {
            watch.waiting();
            WatchedUpload upload = null;
            if (request.getEntity() != null) {
                upload = new WatchedUpload(request.getEntity(), watch::waiting);
                request.setEntity(upload);
            }
            ClassicHttpResponse response;
            try {
                response = chain.proceed(request, scope);
            } catch (IOException | RuntimeException e) {
                if (watch.expired()) {
                    throw silence();
                }
                boolean givenUp = Thread.currentThread().isInterrupted(); // the client has left
                if (e instanceof SocketException broken && upload != null && !upload.sent() && !givenUp) {
                    throw new RequestCutOffException(broken);
                }
                throw e;
            }
            if (watch.expired()) {
                response.close();
                throw silence();
            }
            return response;
        }
    }

    private SocketTimeoutException silence() {
        return new SocketTimeoutException("no answer within " + idle().toMillis() + " ms");
    }

    /** Tells a failure of the call from one of any other step of a route, which may well be an {@link IOException} too. */
    private static ClassicHttpResponse call(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException {
        try {
            return chain.proceed(request, scope);
        } catch (SocketTimeoutException e) {
            throw new ProviderSilentException(e);
        } catch (IOException | HttpException e) {
            throw new ProviderUnreachableException(e);
        }
    }
}
