package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/**
 * A provider that speaks Anthropic's Messages API.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /v1/messages} to the base URL
 * @param version  the version of the API that it is asked in; empty for each client's own
 * @param models   the models it offers
 */
public record AnthropicProvider(String name, HttpEndpoint endpoint, Optional<String> version,
        List<ProviderModel> models) implements HttpProvider {

    public AnthropicProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.ANTHROPIC;
    }
}
