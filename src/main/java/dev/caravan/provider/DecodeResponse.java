package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.Text;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Makes a stream of events of the provider's HTTP reply, live while it is still arriving. A status of 300 or more becomes the
 * failure that it tells.
 */
public final class DecodeResponse implements Processor {
    /** More than any provider says about a failure. */
    private static final int MAX_FAILURE = 256 * 1024;
    /** No coding is asked for, so a reply that comes in one is a proxy's mistake. Other words are none: some servers say utf-8. */
    private static final Set<String> COMPRESSED = Set.of("gzip", "x-gzip", "deflate", "br", "zstd", "compress");
    /** What a header may hold wherever it goes; the server refuses to send some of what it could hold as well. */
    private static final Pattern PLAIN = Pattern.compile("[\\x20-\\x7e]*");

    private final HttpDialect dialect;
    private final ProviderHttpClient client;

    /** @param client whose secrets no failure may tell */
    public DecodeResponse(HttpDialect dialect, ProviderHttpClient client) {
        this.dialect = dialect;
        this.client = client;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Message message = exchange.getMessage();
        String provider = call.getTarget().provider();
        LiveBody.takeOver(exchange);
        UpstreamBody body = new UpstreamBody(provider, message.getBody(InputStream.class), client.idle());
        try {
            message.setBody(decode(call, message, body));
        } catch (RuntimeException | Error e) {
            body.abort(); // nobody else knows of it yet
            throw e;
        }
    }

    private EventStream decode(Call call, Message message, UpstreamBody body) {
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
        Map<String, String> headers = headers(message);
        message.removeHeaders("*");
        String id = headers.getOrDefault("request-id", headers.get("x-request-id"));
        if (id != null) {
            call.getProgress().upstreamId(id);
        }
        String coding = headers.getOrDefault("content-encoding", "").toLowerCase(Locale.ROOT);
        boolean compressed = COMPRESSED.contains(coding);
        if (status >= 300) {
            byte[] told = client.withoutSecrets(body.readSome(MAX_FAILURE));
            if (compressed) {
                told = new byte[0]; // nobody can read it
            }
            body.release();
            UpstreamReply reply = new UpstreamReply(body.provider(), status, headers, told);
            ApiException failure = dialect.failure(reply);
            forward(headers, failure::header);
            throw failure;
        }
        if (compressed) {
            throw new ApiException(502, ErrorType.API_ERROR, "provider " + body.provider()
                    + " answered with content encoding " + coding + ", which was not asked for");
        }
        forward(headers, call.getReplyHeaders()::put);
        EventStream events = new DiscreetEventStream(events(call, headers.getOrDefault("content-type", ""), body),
                client);
        call.getCancellation().onCancel(events::close);
        call.onComplete(events::close);
        return events;
    }

    private void forward(Map<String, String> headers, BiConsumer<String, String> client) {
        headers.forEach((name, value) -> {
            String header = name.toLowerCase(Locale.ROOT);
            if (dialect.forwards(header) && PLAIN.matcher(value).matches()) {
                client.accept(header, value);
            }
        });
    }

    private EventStream events(Call call, String contentType, UpstreamBody body) {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith("text/event-stream")) {
            return FramedEventStream.of(body, SseFraming::new, out -> dialect.decoder(call, out));
        }
        if (type.startsWith("application/x-ndjson")) {
            return LineBody.events(body, out -> dialect.decoder(call, out));
        }
        if (type.startsWith("application/json") || type.isEmpty()) {
            return new JsonEventStream(body, out -> dialect.decoder(call, out));
        }
        Optional<Function<ResponseDecoder, Framing>> framing = dialect.framing(type);
        if (framing.isPresent()) {
            return FramedEventStream.of(body, framing.get(), out -> dialect.decoder(call, out));
        }
        throw new ApiException(502, ErrorType.API_ERROR,
                "provider " + body.provider() + " answered with content type " + Text.excerpt(contentType)
                        + " where JSON or an event stream was expected");
    }

    private static Map<String, String> headers(Message message) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        message.getHeaders().forEach((name, value) -> {
            if (value instanceof String text) {
                headers.put(name, text);
            }
        });
        return headers;
    }
}
