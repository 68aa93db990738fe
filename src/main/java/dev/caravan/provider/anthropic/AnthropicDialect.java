package dev.caravan.provider.anthropic;

import dev.caravan.config.AnthropicProvider;
import dev.caravan.config.HttpProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.MessagesDecoder;
import dev.caravan.provider.MessagesErrors;
import dev.caravan.provider.ProviderHttpClient;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.UpstreamReply;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The Messages API itself, passed through: the request's bytes but for the model's name and what Anthropic would refuse, the
 * reply's bytes as they are.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages</a>
 */
public final class AnthropicDialect implements HttpDialect {
    /** What went with version 2026-10-21, where even a default is refused. */
    private static final Set<String> SAMPLING = Set.of("temperature", "top_p", "top_k");
    /** Beside what tells when to try again: who was asked, and under which id Anthropic has it in its own logs. */
    private static final Set<String> FORWARDED = Set.of("request-id", "anthropic-organization-id",
            "anthropic-workspace-id");

    private final Optional<ApiVersion> version;

    /** @param provider which may say what version of the API it speaks, instead of each client's own */
    public AnthropicDialect(AnthropicProvider provider) {
        this.version = provider.version().map(ApiVersion::ofHeader);
    }

    /** A client that sends the provider's key as Anthropic wants it. */
    public static ProviderHttpClient client(HttpProvider provider) {
        return new ProviderHttpClient(provider, "x-api-key", "");
    }

    @Override
    public byte[] encode(Call call) {
        call.setPassThrough(true);
        boolean upgraded = call.getVersion() == ApiVersion.V2023_06_01 && version(call) == ApiVersion.V2026_10_21;
        return AnthropicRequestEncoder.encode(call.getRequest(), call.getTarget().model(),
                upgraded ? SAMPLING : Set.of());
    }

    private ApiVersion version(Call call) {
        return version.orElse(call.getVersion());
    }

    /** The client's own version, unless the provider has one, and betas: a beta's header and its fields in the body go together. */
    @Override
    public Map<String, String> headers(Call call) {
        Map<String, String> headers = new HashMap<>();
        headers.put("anthropic-version", version(call).wireName());
        if (!call.getBetas().isEmpty()) {
            headers.put("anthropic-beta", String.join(",", call.getBetas()));
        }
        return headers;
    }

    @Override
    public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
        return new MessagesDecoder(call.getTarget().provider(), call.isStream(), out);
    }

    /** Beside the usual, the rate limits, which SDKs and Claude Code show, and the ids that Anthropic's support asks for. */
    @Override
    public boolean forwards(String header) {
        return HttpDialect.super.forwards(header) || FORWARDED.contains(header)
                || header.startsWith("anthropic-ratelimit-") || header.startsWith("anthropic-priority-")
                || header.startsWith("anthropic-fast-");
    }

    @Override
    public ApiException failure(UpstreamReply reply) {
        return MessagesErrors.ofReply(reply);
    }
}
