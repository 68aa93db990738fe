package dev.caravan.bench;

import dev.caravan.config.AnthropicProvider;
import dev.caravan.config.BedrockOptions;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.GeminiProvider;
import dev.caravan.config.HttpEndpoint;
import dev.caravan.config.OllamaOptions;
import dev.caravan.config.OllamaProvider;
import dev.caravan.config.OpenAiOptions;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.config.Timeouts;
import dev.caravan.message.Call;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageRequest;
import dev.caravan.provider.Framing;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.LineEventStream;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.anthropic.AnthropicDialect;
import dev.caravan.provider.bedrock.BedrockDialect;
import dev.caravan.provider.exec.ExecEventStream;
import dev.caravan.provider.exec.ExecRequestEncoder;
import dev.caravan.provider.gemini.GeminiDialect;
import dev.caravan.provider.ollama.OllamaDialect;
import dev.caravan.provider.openai.OpenAiDialect;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The dialects, each as for a provider that is configured with no more than it needs, from bytes to events and back. */
public enum BenchDialect {
    OPENAI("gpt-4.1") {
        @Override
        HttpDialect http() {
            return new OpenAiDialect(new OpenAiProvider(name(), nowhere(), List.of(), OpenAiOptions.DEFAULT));
        }
    },
    ANTHROPIC("claude-opus-4-8") {
        @Override
        HttpDialect http() {
            return new AnthropicDialect(new AnthropicProvider(name(), nowhere(), Optional.empty(), List.of()));
        }
    },
    GEMINI("gemini-2.5-pro") {
        @Override
        HttpDialect http() {
            return new GeminiDialect(new GeminiProvider(name(), nowhere(), List.of()));
        }
    },
    CONVERSE("us.amazon.nova-pro-v1:0") {
        @Override
        HttpDialect http() {
            return bedrock(name());
        }

        @Override
        void decode(byte[] reply, Call call, Consumer<MessageEvent> out) throws IOException {
            decodeFrames(reply, call, out);
        }
    },
    INVOKE("us.anthropic.claude-sonnet-4-5-20250929-v1:0") {
        @Override
        HttpDialect http() {
            return bedrock(name());
        }

        @Override
        void decode(byte[] reply, Call call, Consumer<MessageEvent> out) throws IOException {
            decodeFrames(reply, call, out);
        }
    },
    OLLAMA("qwen3:8b") {
        @Override
        HttpDialect http() {
            return new OllamaDialect(new OllamaProvider(name(), nowhere(), List.of(), OllamaOptions.DEFAULT));
        }

        @Override
        void decode(byte[] reply, Call call, Consumer<MessageEvent> out) {
            drain(new LineEventStream(new Pieces(reply), name(), MOST, events -> dialect.decoder(call, events)), out);
        }
    },
    EXEC("default") {
        @Override
        HttpDialect http() {
            return null; // a process is spoken to by pipes
        }

        @Override
        byte[] encode(Call call) {
            return ExecRequestEncoder.encode(call.getRequest(), call.getMessageId(), call.getTarget(), call.getSeed());
        }

        @Override
        void decode(byte[] reply, Call call, Consumer<MessageEvent> out) {
            drain(new ExecEventStream(new Pieces(reply), name(), MOST, call.messageStart()), out);
        }
    };

    /** What the network hands over at a time. */
    private static final int PIECE = 1_400;
    private static final int MOST = 16 * 1024 * 1024;

    private final String model;
    final HttpDialect dialect;

    BenchDialect(String model) {
        this.model = model;
        this.dialect = http();
    }

    abstract HttpDialect http();

    /** A call of this request that has been routed to the dialect. */
    Call call(MessageRequest request) {
        Call call = new Call();
        call.setRequest(request);
        call.setTarget(new Call.Target(name(), model));
        return call;
    }

    byte[] encode(Call call) {
        return dialect.encode(call);
    }

    /** Reads a whole streamed reply, in pieces as the network hands them over. */
    void decode(byte[] reply, Call call, Consumer<MessageEvent> out) throws IOException {
        ResponseDecoder decoder = dialect.decoder(call, out);
        SseParser parser = new SseParser();
        for (int at = 0; at < reply.length; at += PIECE) {
            parser.feed(reply, at, Math.min(PIECE, reply.length - at));
            for (SseEvent event = parser.next(); event != null; event = parser.next()) {
                decoder.event(event.type(), event.array(), event.offset(), event.length());
            }
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }

    final void decodeFrames(byte[] reply, Call call, Consumer<MessageEvent> out) throws IOException {
        ResponseDecoder decoder = dialect.decoder(call, out);
        Framing framing = dialect.framing("application/vnd.amazon.eventstream").orElseThrow().apply(decoder);
        for (int at = 0; at < reply.length; at += PIECE) {
            framing.feed(reply, at, Math.min(PIECE, reply.length - at));
            boolean more = true;
            while (more) {
                more = framing.next();
            }
        }
        if (!decoder.finished()) {
            decoder.end();
        }
    }

    private static void drain(EventStream events, Consumer<MessageEvent> out) {
        for (MessageEvent event = events.next(); event != null; event = events.next()) {
            out.accept(event);
        }
    }

    private static HttpEndpoint nowhere() {
        return new HttpEndpoint(URI.create("http://127.0.0.1"), Optional.empty(), Map.of(),
                new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    private static HttpDialect bedrock(String name) {
        return new BedrockDialect(new BedrockProvider(name, nowhere(), List.of(),
                new BedrockOptions("us-east-1", Optional.empty(), Optional.empty(), List.of())));
    }

    /** Bytes that come in pieces. */
    private static final class Pieces extends ByteArrayInputStream {
        Pieces(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(PIECE, length));
        }
    }
}
