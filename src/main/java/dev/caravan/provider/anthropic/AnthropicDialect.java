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
import java.util.regex.Pattern;

/**
 * The Messages API itself, passed through: the request's bytes but for the model's name, the reply's bytes as they are.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages</a>
 */
public final class AnthropicDialect implements HttpDialect {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");

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

    /** Beside what tells when to try again, the rate limits, which SDKs and Claude Code show. */
    @Override
    public boolean forwards(String header) {
        return HttpDialect.super.forwards(header) || header.startsWith("anthropic-ratelimit-")
                || header.startsWith("anthropic-priority-") || header.startsWith("anthropic-fast-");
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
        JsonNode envelope = envelope(reply.body());
        String message = envelope == null
                ? "provider " + reply.provider() + " answered HTTP " + status
                : Text.excerpt(envelope.path("error").path("message").asText(), 500);
        ErrorType type = ErrorType.ofStatus(status);
        return switch (status) {
            case 408, 502, 503 -> new ApiException(type, message);
            default -> envelope == null || status < 400
                    ? new ApiException(status < 400 ? 502 : type.status(), type, message)
                    : ApiException.verbatim(status, type, message, reply.body()).header("request-id",
                            requestId(envelope));
        };
    }

    /** The upstream's id of the request: who is told one in the envelope is told the same in the header. */
    private static String requestId(JsonNode envelope) {
        String id = envelope.path("request_id").asText("");
        return REQUEST_ID.matcher(id).matches() ? id : null;
    }

    /** The envelope, null when it is none of the API's. */
    private static JsonNode envelope(byte[] body) {
        try {
            JsonNode envelope = JSON.readTree(body);
            boolean genuine = envelope != null && "error".equals(envelope.path("type").asText())
                    && envelope.path("error").path("message").isTextual();
            return genuine ? envelope : null;
        } catch (IOException e) {
            return null;
        }
    }
}
