package dev.caravan.config;

import java.util.List;

/**
 * A provider that speaks Ollama's own chat API.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /api/chat} to the base URL
 * @param models   the models it offers
 * @param options  what Ollama is told beside the request
 */
public record OllamaProvider(String name, HttpEndpoint endpoint, List<ProviderModel> models,
        OllamaOptions options) implements HttpProvider {

    public OllamaProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.OLLAMA;
    }
}
