package dev.caravan.provider.bedrock;

import dev.caravan.config.BedrockOptions;
import dev.caravan.config.BedrockOptions.Api;
import dev.caravan.config.BedrockProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.Framing;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.UpstreamReply;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Amazon Bedrock. Anthropic's models are asked by InvokeModel, which takes and gives the Messages API's own JSON, so that it is
 * passed through; all others by Converse, which is translated. The configuration may say otherwise.
 */
public final class BedrockDialect implements HttpDialect {
    private final BedrockOptions options;

    public BedrockDialect(BedrockProvider provider) {
        options = provider.options();
    }

    /** A client that signs, or sends the provider's key. */
    public static ProviderHttpClient client(BedrockProvider provider) {
        return new BedrockHttpClient(provider);
    }

    @Override
    public String path(Call call) {
        String operation = switch (api(call)) {
            case CONVERSE -> call.isStream() ? "converse-stream" : "converse";
            case INVOKE -> call.isStream() ? "invoke-with-response-stream" : "invoke";
        };
        return "model/" + model(call).escaped() + "/" + operation;
    }

    @Override
    public byte[] encode(Call call) {
        MessageRequest request = call.getRequest();
        return switch (api(call)) {
            case CONVERSE -> new ConverseRequestEncoder(call.getTarget().provider(), model(call), betas(call))
                    .encode(request, ToolNames.of(request));
            case INVOKE -> {
                call.setPassThrough(true);
                yield InvokeRequestEncoder.encode(request, betas(call), options.betas());
            }
        };
    }

    @Override
    public Map<String, String> headers(Call call) {
        return Map.of();
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return switch (api(call)) {
            case CONVERSE -> new ConverseResponseDecoder(out, call.messageStart(), ToolNames.of(call.getRequest()),
                    model(call), call.getRequest().stopSequences());
            case INVOKE -> new InvokeResponseDecoder(call.getTarget().provider(), call.isStream(), out);
        };
    }

    @Override
    public Optional<Function<ResponseDecoder, Framing>> framing(String contentType) {
        return contentType.startsWith("application/vnd.amazon.eventstream")
                ? Optional.of(EventStreamFraming::new)
                : Optional.empty();
    }

    @Override
    public ApiException failure(UpstreamReply reply) {
        return BedrockErrors.ofResponse(reply);
    }

    private Api api(Call call) {
        return model(call).api(options.api());
    }

    private static ModelId model(Call call) {
        return new ModelId(call.getTarget().model());
    }

    /** The client's betas that Bedrock has. A header's value may be a list. */
    private List<String> betas(Call call) {
        return call.getBetas().stream().flatMap(value -> Arrays.stream(value.split(","))).map(String::strip)
                .filter(options.betas()::contains).distinct().toList();
    }
}
