package dev.caravan.config;

import java.util.List;

/**
 * A provider that speaks OpenAI's chat completions.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /chat/completions} to the base URL
 * @param models   the models it offers
 * @param options  in what it differs from others of the dialect
 */
public record OpenAiProvider(String name, HttpEndpoint endpoint, List<ProviderModel> models,
        OpenAiOptions options) implements HttpProvider {

    public OpenAiProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.OPENAI;
    }
}
