package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.ModelRule;
import dev.caravan.config.Provider;
import dev.caravan.config.UnavailableProvider;
import java.io.PrintStream;
import java.net.URI;

/** What {@code caravan serve} says once it serves. */
final class Banner {
    private Banner() {}

    static void print(CaravanConfig config, int port, PrintStream out) {
        URI url = GatewayUrl.of(config.server().host(), port);
        StringBuilder text = new StringBuilder(512);
        text.append("\nCaravan serves the Messages API at ").append(url).append("\n  configuration  ")
                .append(config.source().describe()).append('\n');
        config.providers().values()
                .forEach(provider -> text.append("  provider       ").append(provider.name()).append(": ")
                        .append(describe(provider)).append('\n'));
        for (ModelRule rule : config.models()) {
            text.append("  model          ").append(rule.match()).append(" -> ").append(rule.provider()).append('/')
                    .append(rule.model()).append('\n');
        }
        String key = config.keys().isEmpty() ? "any" : "<one of the configured keys>";
        text.append("\nClaude Code:\n  ANTHROPIC_BASE_URL=").append(url).append(" ANTHROPIC_AUTH_TOKEN=").append(key)
                .append(" claude\n");
        out.println(text);
    }

    private static String describe(Provider provider) {
        return switch (provider) {
            case UnavailableProvider unavailable -> "not available, " + unavailable.reason();
            case HttpProvider http -> http.dialect().id() + ", " + http.endpoint().baseUrl();
            default -> provider.dialect().id();
        };
    }
}
