package dev.caravan.config;

/** A provider that is reached over HTTP. */
public sealed interface HttpProvider extends Provider
        permits OpenAiProvider, AnthropicProvider, OllamaProvider, BedrockProvider, GeminiProvider {

    /** Where it is and how it is called. */
    HttpEndpoint endpoint();
}
