package dev.caravan.config;

import java.util.List;

/**
 * A provider that speaks Anthropic's Messages API.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /v1/messages} to the base URL
 * @param models   the models it offers
 */
public record AnthropicProvider(String name, HttpEndpoint endpoint,
        List<ProviderModel> models) implements HttpProvider {

    public AnthropicProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.ANTHROPIC;
    }
}
