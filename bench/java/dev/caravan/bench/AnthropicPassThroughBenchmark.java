package dev.caravan.bench;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.anthropic.AnthropicRequestEncoder;
import dev.caravan.provider.anthropic.AnthropicResponseDecoder;
import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import dev.caravan.sse.SseWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What passing through costs: events from the upstream's bytes to the client's, per event; a request of 200 turns and 1 MB whose
 * model is renamed, and one that holds reasoning of another provider besides, in microseconds. Decoding a request is measured
 * apart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AnthropicPassThroughBenchmark {
    private static final int EVENTS = 200;
    private static final int TURNS = 200;
    private static final int TURN_BYTES = 5_000;

    private final SseWriter client = new SseWriter();
    private byte[] stream;
    private MessageRequest genuine;
    private MessageRequest foreign;

    @Setup
    public void inputs() {
        SseWriter upstream = new SseWriter();
        upstream.event("message_start",
                utf8("{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"content\":[]}}"));
        for (int i = 2; i < EVENTS; i++) {
            upstream.event("content_block_delta", utf8("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                    + "{\"type\":\"text_delta\",\"text\":\" wagon\"}      }"));
        }
        stream = upstream.event("message_stop", utf8("{\"type\":\"message_stop\"}")).toByteArray();
        genuine = conversation("EqQBCgIYAhIM");
        foreign = conversation("caravan:openai");
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int events() throws IOException {
        client.clear();
        AnthropicResponseDecoder decoder = new AnthropicResponseDecoder("up", true, this::send);
        SseParser parser = new SseParser();
        parser.feed(stream, 0, stream.length);
        for (SseEvent event = parser.next(); event != null; event = parser.next()) {
            decoder.event(event.type(), event.array(), event.offset(), event.length());
        }
        return client.length();
    }

    private void send(MessageEvent event) {
        client.event(MessageJson.name(event), MessageJson.data(event));
    }

    @Benchmark
    public byte[] renameModel() {
        return AnthropicRequestEncoder.encode(genuine, "claude-other", Set.of());
    }

    @Benchmark
    public byte[] leaveForeignReasoningOut() {
        return AnthropicRequestEncoder.encode(foreign, "claude-other", Set.of());
    }

    private static MessageRequest conversation(String signature) {
        StringBuilder body = new StringBuilder("{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100,\"messages\":[");
        String prose = "word \\\"quoted\\\" – ✓ src/main/java\\n".repeat(TURN_BYTES / 40);
        for (int turn = 0; turn < TURNS; turn++) {
            body.append(
                    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\",\"content\":\"")
                    .append(prose)
                    .append("\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"")
                    .append(prose, 0, prose.length() / 5).append("\",\"signature\":\"").append(signature)
                    .append("\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"Bash\",\"input\":{\"command\":\"ls\"}}]},");
        }
        body.append("{\"role\":\"user\",\"content\":\"go on\"}]}");
        return RequestDecoder.decode(utf8(body.toString()), ApiVersion.V2023_06_01);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
