package dev.caravan.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.HttpProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.Text;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.UpstreamReply;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The Messages API itself, passed through: the request's bytes but for the model's name, the reply's bytes as they are.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages</a>
 */
public final class AnthropicDialect implements HttpDialect {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A client that sends the provider's key as Anthropic wants it. */
    public static ProviderHttpClient client(HttpProvider provider) {
        return new ProviderHttpClient(provider, "x-api-key", "");
    }

    @Override
    public byte[] encode(Call call) {
        call.setPassThrough(true);
        return AnthropicRequestEncoder.encode(call.getRequest(), call.getTarget().model());
    }

    /** The client's own version and betas: a beta's header and its fields in the body go together. */
    @Override
    public Map<String, String> headers(Call call) {
        Map<String, String> headers = new HashMap<>();
        headers.put("anthropic-version", call.getVersion().wireName());
        if (!call.getBetas().isEmpty()) {
            headers.put("anthropic-beta", String.join(",", call.getBetas()));
        }
        return headers;
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return new AnthropicResponseDecoder(out, call.isStream());
    }

    /**
     * The upstream's own envelope, byte for byte, where it is one: clients such as Claude Code act on its wording. A refusal of
     * Caravan's own credential is Caravan's failure, not the client's.
     */
    @Override
    public ApiException failure(UpstreamReply reply) {
        int status = reply.status();
        if (status == 401 || status == 403) {
            return new ApiException(502, ErrorType.API_ERROR,
                    "provider " + reply.provider() + " refused the gateway's credential (HTTP " + status + ")");
        }
        JsonNode error = error(reply.body());
        String message = error == null
                ? "provider " + reply.provider() + " answered HTTP " + status
                : Text.excerpt(error.path("message").asText(), 500);
        ErrorType type = ErrorType.ofStatus(status);
        ApiException failure = switch (status) {
            case 502, 503 -> new ApiException(type, message);
            default -> error == null || status < 400
                    ? new ApiException(status < 400 ? 502 : type.status(), type, message)
                    : ApiException.verbatim(status, type, message, reply.body());
        };
        return forwardHeaders(failure, reply);
    }

    private static ApiException forwardHeaders(ApiException failure, UpstreamReply reply) {
        reply.headers().forEach((name, value) -> {
            if (name.equalsIgnoreCase("retry-after") || name.equalsIgnoreCase("x-should-retry")
                    || name.toLowerCase(java.util.Locale.ROOT).startsWith("anthropic-ratelimit-")) {
                failure.header(name, value);
            }
        });
        return failure;
    }

    private static JsonNode error(byte[] body) {
        try {
            JsonNode envelope = JSON.readTree(body);
            boolean genuine = envelope != null && "error".equals(envelope.path("type").asText())
                    && envelope.path("error").path("message").isTextual();
            return genuine ? envelope.path("error") : null;
        } catch (IOException e) {
            return null;
        }
    }
}
