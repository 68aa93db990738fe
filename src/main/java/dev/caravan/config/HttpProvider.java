package dev.caravan.config;

import java.util.Optional;

/** A provider that is reached over HTTP. */
public sealed interface HttpProvider extends Provider
        permits OpenAiProvider, AnthropicProvider, OllamaProvider, BedrockProvider, GeminiProvider {

    /** Where it is and how it is called. */
    HttpEndpoint endpoint();

    @Override
    default Optional<MediaFetch> mediaFetch() {
        return endpoint().mediaFetch();
    }
}
