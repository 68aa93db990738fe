package dev.caravan.bench;

import dev.caravan.config.BedrockOptions;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.HttpEndpoint;
import dev.caravan.config.Timeouts;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.Framing;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.bedrock.BedrockDialect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.openjdk.jmh.infra.Blackhole;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** What decoding a stream of Bedrock costs, per frame of some 200 bytes as it sends them, from bytes to events. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BedrockDecoderBenchmark {
    private static final int FRAMES = 200;
    /** What the network hands over at a time. */
    private static final int PIECE = 1_400;

    private BedrockDialect dialect;
    private Call converseCall;
    private Call invokeCall;
    private byte[] text;
    private byte[] arguments;
    private byte[] chunks;

    @Setup
    public void frames() {
        Timeouts timeouts = new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
        dialect = new BedrockDialect(new BedrockProvider("aws",
                new HttpEndpoint(URI.create("http://127.0.0.1"), Optional.empty(), Map.of(), timeouts), List.of(),
                new BedrockOptions("us-east-1", Optional.empty(), Optional.empty(), List.of())));
        converseCall = call("us.amazon.nova-pro-v1:0");
        invokeCall = call("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
        text = stream("contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" wagon\"},\"p\":\"abcdefghijklmnopqrstuvwxyzAB\"}");
        arguments = stream("contentBlockStart",
                "{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"name\":\"Bash\",\"toolUseId\":\"tooluse_1\"}}}",
                "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"ls -l \"}},\"p\":\"abcdefghijklmnopqr\"}");
        String event = "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" wagon\"}}";
        chunks = stream("chunk", "{\"bytes\":\""
                + Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8))
                + "\",\"p\":\"abcdefgh\"}");
    }

    private static Call call(String model) {
        Call call = new Call();
        byte[] request = "{\"model\":\"m\",\"max_tokens\":1,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        call.setRequest(RequestDecoder.decode(request, ApiVersion.V2023_06_01));
        call.setTarget(new Call.Target("aws", model));
        return call;
    }

    private static byte[] stream(String type, String json) {
        return stream("messageStart", "{\"role\":\"assistant\"}", type, json);
    }

    private static byte[] stream(String firstType, String first, String type, String json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        frame(firstType, first, bytes);
        for (int i = 1; i < FRAMES; i++) {
            frame(type, json, bytes);
        }
        return bytes.toByteArray();
    }

    private static void frame(String type, String json, ByteArrayOutputStream bytes) {
        Map<String, HeaderValue> headers = new LinkedHashMap<>();
        headers.put(":event-type", HeaderValue.fromString(type));
        headers.put(":content-type", HeaderValue.fromString("application/json"));
        headers.put(":message-type", HeaderValue.fromString("event"));
        new Message(headers, json.getBytes(StandardCharsets.UTF_8)).encode(bytes);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void text(Blackhole sink) throws IOException {
        decode(text, converseCall, sink);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void toolArguments(Blackhole sink) throws IOException {
        decode(arguments, converseCall, sink);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void passedThrough(Blackhole sink) throws IOException {
        decode(chunks, invokeCall, sink);
    }

    private void decode(byte[] bytes, Call call, Blackhole sink) throws IOException {
        ResponseDecoder decoder = dialect.decoder(call, sink::consume);
        Framing framing = dialect.framing("application/vnd.amazon.eventstream").orElseThrow().apply(decoder);
        for (int at = 0; at < bytes.length; at += PIECE) {
            framing.feed(bytes, at, Math.min(PIECE, bytes.length - at));
            boolean more = true;
            while (more) {
                more = framing.next();
            }
        }
        sink.consume(framing.end());
    }
}
