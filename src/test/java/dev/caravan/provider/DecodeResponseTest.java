package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.HttpProvider;
import dev.caravan.config.ProviderBuilder;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From an HTTP reply to a stream of events: nothing is left open, and no secret is told. */
class DecodeResponseTest {
    private static final String KEY = "upstream-key-0123456789";

    private final AtomicInteger closed = new AtomicInteger();

    private record Scripted(BiFunction<Call, Consumer<MessageEvent>, ResponseDecoder> decoders) implements HttpDialect {
        @Override
        public byte[] encode(Call call) {
            return new byte[0];
        }

        @Override
        public Map<String, String> headers(Call call) {
            return Map.of();
        }

        @Override
        public ResponseDecoder decoder(Call call, Consumer<MessageEvent> out) {
            return decoders.apply(call, out);
        }

        @Override
        public ApiException failure(UpstreamReply reply) {
            throw new IllegalStateException("a mistake in a dialect");
        }
    }

    /** Tells what it should not. */
    private static final class Failing implements ResponseDecoder {
        @Override
        public void event(String type, byte[] buffer, int offset, int length) {
            throw new ApiException(ErrorType.RATE_LIMIT_ERROR, "x-api-key: " + KEY + " é").header("retry-after", "7");
        }

        @Override
        public void message(byte[] json) {}

        @Override
        public void end() {}

        @Override
        public boolean finished() {
            return false;
        }
    }

    private Exchange decoded(String contentType, int status, HttpDialect dialect, String body) throws Exception {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setSettings("dialect: anthropic\nbase-url: \"http://127.0.0.1:1\"\napi-key: " + KEY);
        DecodeResponse step = new DecodeResponse(dialect,
                new ProviderHttpClient((HttpProvider) builder.build(), "x-api-key", ""));
        InputStream reply = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        Call call = new Call();
        call.setTarget(new Call.Target("up", "m"));
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:reply").errorHandler(noErrorHandler()).streamCache("false").process(step);
                }
            });
            camel.start();
            return camel.createProducerTemplate().request("direct:reply", exchange -> {
                exchange.setProperty(Call.PROPERTY, call);
                exchange.getMessage().setBody(reply);
                exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
                exchange.getMessage().setHeader("content-type", contentType);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson", "application/json"})
    void aMistakeInADialectLeavesNoReplyOpen(String contentType) throws Exception {
        Exchange exchange = decoded(contentType, 200, new Scripted((call, out) -> {
            throw new IllegalStateException("a mistake in a dialect");
        }), "x");
        assertInstanceOf(IllegalStateException.class, exchange.getException());
        assertEquals(1, closed.get());
    }

    @ParameterizedTest
    @CsvSource({"text/html, 200", "text/event-stream, 400"})
    void norDoesAReplyThatIsNone(String contentType, int status) throws Exception {
        Exchange exchange = decoded(contentType, status, new Scripted((call, out) -> null), "x");
        assertInstanceOf(RuntimeException.class, exchange.getException());
        assertEquals(1, closed.get());
    }

    private static EventStream events(Exchange exchange) {
        assertNull(exchange.getException());
        return exchange.getMessage().getBody(EventStream.class);
    }

    @Test
    void aFailureInTheMidstDoesNotRepeatTheCredential() throws Exception {
        EventStream events = events(decoded("text/event-stream", 200,
                new Scripted((call, out) -> new Failing()), "event: ping\ndata: {}\n\n"));
        ApiException failure = assertThrows(ApiException.class, events::next);
        assertEquals("x-api-key: [redacted] é", failure.getMessage());
        assertEquals(429, failure.status());
        assertEquals(Map.of("retry-after", "7"), failure.headers());
        assertEquals(1, closed.get());
    }

    @Test
    void norDoesAnUpstreamsOwnError() throws Exception {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x-api-key: " + KEY
                + " é\"}}";
        String start = "{\"type\":\"message_start\",\"message\":{\"id\":\"" + KEY + "\"}}";
        EventStream events = events(decoded("text/event-stream", 200,
                new Scripted((call, out) -> new MessagesDecoder("up", true, out)),
                "event: message_start\ndata: " + start + "\n\nevent: error\ndata: " + error + "\n\n"));
        assertEquals(start, new String(((RawEvent) events.next()).data(), StandardCharsets.UTF_8));
        assertEquals(error.replace(KEY, "[redacted]"),
                new String(((RawEvent) events.next()).data(), StandardCharsets.UTF_8));

        EventStream before = events(decoded("text/event-stream", 200,
                new Scripted((call, out) -> new MessagesDecoder("up", true, out)),
                "event: error\ndata: " + error + "\n\n"));
        ApiException failure = assertThrows(ApiException.class, before::next);
        assertEquals(error.replace(KEY, "[redacted]"), new String(failure.envelope(""), StandardCharsets.UTF_8));
    }
}
