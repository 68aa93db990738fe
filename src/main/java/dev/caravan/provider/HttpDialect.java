package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a provider over HTTP speaks: how a request becomes its bytes, its reply events, and its failure one in the API's terms.
 * Thread-safe; one serves all calls of a provider.
 */
public interface HttpDialect {
    /** The request's body as the provider wants it, JSON in UTF-8. */
    byte[] encode(Call call);

    /**
     * What the request's URL has behind the one that the route names, percent-encoded, perhaps with a query; empty where the route
     * names it all, which is what most dialects do.
     *
     * @throws ApiException when there can be no such model
     */
    default String path(Call call) {
        return "";
    }

    /** Headers of the request beside the content type; no credentials, which the client adds by itself. */
    Map<String, String> headers(Call call);

    /** A decoder for the reply to this call. */
    ResponseDecoder decoder(Call call, Consumer<MessageEvent> out);

    /**
     * How events are found in a reply of this content type, for dialects with a way of their own beside server-sent events.
     *
     * @param contentType the header's value in lower case
     * @return makes a new one for the decoder of a reply; empty when the dialect has nothing of this type
     */
    default Optional<Function<ResponseDecoder, Framing>> framing(String contentType) {
        return Optional.empty();
    }

    /**
     * Whether a header of the provider's reply is for the client too, in good replies and in failures.
     *
     * @param header the header's name in lower case
     */
    default boolean forwards(String header) {
        return header.equals("retry-after") || header.equals("retry-after-ms") || header.equals("x-should-retry");
    }

    /**
     * The failure that an HTTP status of 300 or more tells.
     *
     * @param reply the status, headers and bounded body
     */
    ApiException failure(UpstreamReply reply);
}
