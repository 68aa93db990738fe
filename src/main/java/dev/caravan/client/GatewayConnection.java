package dev.caravan.client;

import dev.caravan.config.Secret;
import dev.caravan.config.Units;
import java.time.Duration;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.util.Timeout;

/**
 * How a gateway is reached. The key goes onto each request here, below Camel, so that no exchange and no trace ever holds it. Nothing
 * is tried again and no redirect followed: a call costs money. Thread-safe once it is set up.
 */
public final class GatewayConnection implements HttpClientConfigurer {
    private final String url;
    private Secret key = Secret.of("");
    private Duration timeout = Duration.ofMinutes(10);

    /** @param url of the gateway, such as {@code http://127.0.0.1:7777}; a path behind it is where its API begins */
    public GatewayConnection(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** One of the gateway's keys; empty when it asks for none. */
    public void setApiKey(String apiKey) {
        key = Secret.of(apiKey);
    }

    /**
     * How long to wait for an answer, such as {@code 10m}.
     *
     * @throws IllegalArgumentException when the text is no duration
     */
    public void setTimeout(String text) {
        timeout = Units.duration(text)
                .orElseThrow(() -> new IllegalArgumentException("expected a duration such as 10m, found " + text));
    }

    /** Where messages are asked for. */
    public String messagesUrl() {
        return url + "/v1/messages";
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.disableRedirectHandling().disableAutomaticRetries().disableCookieManagement()
                .disableContentCompression().setUserAgent("caravan-messages-action");
        builder.addRequestInterceptorLast((request, entity, context) -> {
            if (!key.reveal().isEmpty()) {
                request.setHeader("x-api-key", key.reveal());
            }
        });
        builder.addExecInterceptorFirst("caravan-timeout", (request, scope, chain) -> {
            RequestConfig usual = scope.clientContext.getRequestConfigOrDefault();
            scope.clientContext.setRequestConfig(
                    RequestConfig.copy(usual).setResponseTimeout(Timeout.of(timeout)).build());
            return chain.proceed(request, scope);
        });
    }
}
