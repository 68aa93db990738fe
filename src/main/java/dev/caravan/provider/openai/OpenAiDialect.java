package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.UpstreamReply;
import java.util.Map;
import java.util.function.Consumer;

/**
 * OpenAI's chat completions, and the many servers that speak them.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI: Chat completions</a>
 */
public final class OpenAiDialect implements HttpDialect {
    private final OpenAiOptions options;
    private final OpenAiRequestEncoder encoder;

    public OpenAiDialect(OpenAiProvider provider) {
        options = provider.options();
        encoder = new OpenAiRequestEncoder(provider);
    }

    /** A client that sends the provider's key, and the version of its API, as it wants them. */
    public static ProviderHttpClient client(OpenAiProvider provider) {
        OpenAiOptions.Access access = provider.options().access();
        boolean isBearer = access.keyHeader().equals("authorization");
        return new ProviderHttpClient(provider, access.keyHeader(), isBearer ? "Bearer " : "",
                access.apiVersion().map(version -> "api-version=" + version).orElse(""));
    }

    @Override
    public byte[] encode(Call call) {
        return encoder.encode(call.getRequest(), call.getTarget().model(), ToolNames.of(call.getRequest()));
    }

    @Override
    public Map<String, String> headers(Call call) {
        return Map.of();
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return new OpenAiResponseDecoder(out, call.messageStart(), ToolNames.of(call.getRequest()), options,
                call.getRequest().stopSequences());
    }

    @Override
    public ApiException failure(UpstreamReply reply) {
        return OpenAiErrors.ofResponse(reply.provider(), reply.status(), reply.headers(), reply.body());
    }
}
