package dev.caravan.config;

import java.util.List;

/**
 * A provider that is Amazon Bedrock in one region. Without an API key requests are signed with AWS credentials, which are looked
 * for where all tools of AWS look.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /model/<id>/<operation>} to the base URL
 * @param models   the models it offers
 * @param options  region, credentials and ways to ask
 */
public record BedrockProvider(String name, HttpEndpoint endpoint, List<ProviderModel> models,
        BedrockOptions options) implements HttpProvider {

    public BedrockProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.BEDROCK;
    }
}
