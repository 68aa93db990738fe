package dev.caravan.provider.ollama;

import dev.caravan.config.HttpProvider;
import dev.caravan.config.OllamaProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.UpstreamReply;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Ollama's own chat API, which unlike its OpenAI face takes how long the model stays loaded, whether it is to think, and the
 * size of its context.
 *
 * @see <a href="https://docs.ollama.com/api/chat">Ollama: Generate a chat message</a>
 */
public final class OllamaDialect implements HttpDialect {
    private final OllamaRequestEncoder encoder;

    public OllamaDialect(OllamaProvider provider) {
        encoder = new OllamaRequestEncoder(provider.name(), provider.options());
    }

    /** A client that sends the provider's key, which Ollama itself needs in its cloud only. */
    public static ProviderHttpClient client(HttpProvider provider) {
        return new ProviderHttpClient(provider, "Authorization", "Bearer ");
    }

    @Override
    public byte[] encode(Call call) {
        return encoder.encode(call.getRequest(), call.getTarget().model());
    }

    @Override
    public Map<String, String> headers(Call call) {
        return Map.of();
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return new OllamaResponseDecoder(out, call.messageStart());
    }

    @Override
    public ApiException failure(UpstreamReply reply) {
        return OllamaErrors.ofResponse(reply);
    }
}
