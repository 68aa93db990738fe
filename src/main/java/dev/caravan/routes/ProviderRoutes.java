package dev.caravan.routes;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;

/**
 * One route for each configured provider, {@code direct:provider-<name>}, which is its dialect's kamelet with the provider's
 * settings; where they say that media are fetched, the step that does so comes first. The settings themselves, key included, are
 * the bean {@code provider-<name>}; an address never holds a key.
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
        RouteDefinition route = from("direct:" + name).routeId(name).id(name)
                .routeDescription("Provider " + provider.name() + ", dialect " + provider.dialect().id())
                .errorHandler(noErrorHandler());
        if (provider.mediaFetch().isPresent()) {
            route.to("kamelet:caravan-fetch-media-action/fetch-media-" + provider.name() + "?provider=" + name)
                    .id(name + "-fetch-media");
        }
        route.to(kamelet).id(name + "-generate");
    }

    private static String kamelet(Provider provider) {
        String dialect = provider.dialect().id();
        // The id of the kamelet's own route: with the dialect before it no provider's name is the id of another route.
        String id = dialect + "-generate-" + provider.name();
        return "kamelet:caravan-" + dialect + "-generate-action/" + id + "?provider=provider-" + provider.name();
    }
}
