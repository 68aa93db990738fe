package dev.caravan.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A provider that speaks Google's Gemini API.
 *
 * @param name     its name
 * @param endpoint where it is; the dialect adds {@code /v1beta/models/…} to the base URL
 * @param models   the models it offers
 */
public record GeminiProvider(String name, HttpEndpoint endpoint, List<ProviderModel> models) implements HttpProvider {
    private static final Pattern FILE = Pattern
            .compile("https://generativelanguage\\.googleapis\\.com/v1(?:beta)?/files/[A-Za-z0-9_-]{1,100}");

    public GeminiProvider {
        models = List.copyOf(models);
    }

    @Override
    public Dialect dialect() {
        return Dialect.GEMINI;
    }

    @Override
    public boolean reads(String url) {
        return isFile(url);
    }

    /** Whether this is the address of a file that was uploaded to Gemini itself; other addresses it does not fetch. */
    public static boolean isFile(String url) {
        return FILE.matcher(url).matches();
    }
}
