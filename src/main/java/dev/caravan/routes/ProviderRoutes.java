package dev.caravan.routes;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ExecProvider;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import java.net.URI;
import org.apache.camel.builder.RouteBuilder;

/**
 * One route for each configured provider, {@code direct:provider-<name>}, which is its dialect's kamelet with the provider's
 * settings. The settings themselves, key included, are the bean {@code provider-<name>}; an address never holds a key.
 */
public final class ProviderRoutes extends RouteBuilder {
    private final CaravanConfig config;

    public ProviderRoutes(CaravanConfig config) {
        this.config = config;
    }

    @Override
    public void configure() {
        for (Provider provider : config.providers().values()) {
            if (!(provider instanceof UnavailableProvider)) {
                bindToRegistry("provider-" + provider.name(), provider);
                route(provider, kamelet(provider));
            }
        }
    }

    private void route(Provider provider, String kamelet) {
        String name = "provider-" + provider.name();
        from("direct:" + name).routeId(name).id(name)
                .routeDescription("Provider " + provider.name() + ", dialect " + provider.dialect().id())
                .errorHandler(noErrorHandler()).to(kamelet).id(name + "-generate");
    }

    private static String kamelet(Provider provider) {
        // The id of the kamelet's own route: with the dialect before it no provider's name is the id of another route.
        String id = provider.dialect().id() + "-generate-" + provider.name();
        String uri = "kamelet:caravan-" + provider.dialect().id() + "-generate-action/" + id + "?provider=provider-"
                + provider.name();
        return switch (provider) {
            case HttpProvider http -> uri + "&baseUrl=RAW(" + encoded(http.endpoint().baseUrl()) + ")&connectTimeout="
                    + http.endpoint().timeouts().connect().toMillis() + "&idleTimeout="
                    + http.endpoint().timeouts().idle().toMillis();
            case ExecProvider exec -> uri;
            case UnavailableProvider unavailable -> throw new IllegalArgumentException(unavailable.reason());
        };
    }

    /** What would end the value in Camel's address of the kamelet, and may legally stand in a URL's path. */
    private static String encoded(URI url) {
        return url.toString().replace("(", "%28").replace(")", "%29").replace("&", "%26");
    }
}
