package dev.caravan.config;

import java.util.List;

/**
 * A provider that speaks Google's Gemini API.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /v1beta/models/…} to the base URL
 * @param models   the models it offers
 */
public record GeminiProvider(String name, HttpEndpoint endpoint, List<ProviderModel> models) implements HttpProvider {

    public GeminiProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.GEMINI;
    }
}
