package dev.caravan.provider.gemini;

import dev.caravan.config.GeminiProvider;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.ProviderModel;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.Text;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.UpstreamReply;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Google's Gemini API.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Gemini API: Generating content</a>
 */
public final class GeminiDialect implements HttpDialect {
    private final GeminiProvider provider;
    private final GeminiRequestEncoder encoder;

    public GeminiDialect(GeminiProvider provider) {
        this.provider = provider;
        this.encoder = new GeminiRequestEncoder(provider.name());
    }

    /** A client that sends the provider's key as Gemini wants it: in a header, not in the URL, which servers log. */
    public static ProviderHttpClient client(HttpProvider provider) {
        return new ProviderHttpClient(provider, "x-goog-api-key", "");
    }

    @Override
    public byte[] encode(Call call) {
        String model = call.getTarget().model();
        return encoder.encode(call.getRequest(), model, mostTokens(model), names(call));
    }

    private static ToolNames names(Call call) {
        return ToolNames.beginningWithALetter(call.getRequest());
    }

    private int mostTokens(String model) {
        return provider.models().stream().filter(known -> known.id().equals(model))
                .map(ProviderModel::maxOutputTokens).findFirst().flatMap(most -> most).orElse(Integer.MAX_VALUE);
    }

    /** The model, and whether the reply streams, are in the URL. */
    @Override
    public String path(Call call) {
        GeminiModel model = GeminiModel.of(call.getTarget().model());
        if (!model.isName()) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR, "model: provider \"" + provider.name()
                    + "\" (dialect gemini) has no model \"" + Text.excerpt(model.name())
                    + "\"; its names hold letters, digits, \".\", \"_\" and \"-\" only");
        }
        return call.isStream() ? model.path("streamGenerateContent") + "?alt=sse" : model.path("generateContent");
    }

    @Override
    public Map<String, String> headers(Call call) {
        return Map.of();
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return new GeminiResponseDecoder(out, call.messageStart(), names(call));
    }

    @Override
    public ApiException failure(UpstreamReply reply) {
        return GeminiErrors.ofResponse(reply);
    }
}
