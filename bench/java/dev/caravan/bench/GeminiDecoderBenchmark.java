package dev.caravan.bench;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Usage;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.gemini.GeminiResponseDecoder;
import java.nio.charset.StandardCharsets;
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

/** What decoding a Gemini stream costs, per chunk of some 400 bytes as Gemini sends them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GeminiDecoderBenchmark {
    private static final int CHUNKS = 200;
    private static final MessageStart OPENING = new MessageStart("msg_1", "claude-sonnet-4-5", Usage.of(100, 1));

    private byte[] text;
    private byte[] thought;
    private byte[] call;
    private byte[] finish;
    private ToolNames names;

    @Setup
    public void chunks() {
        text = chunk("{\"text\": \" wagon\"}", "");
        thought = chunk("{\"text\": \" so\",\"thought\": true}", "");
        call = chunk("{\"functionCall\": {\"name\": \"Bash\",\"args\": {\"command\": \"ls -l\",\"timeout\": 5}}}", "");
        finish = chunk("{\"text\": \"\"}", "\"finishReason\": \"STOP\",");
        MessageRequest request = RequestDecoder.decode(
                utf8("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"),
                ApiVersion.V2023_06_01);
        names = ToolNames.beginningWithALetter(request);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 1)
    public void text(Blackhole sink) {
        stream(text, sink);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 1)
    public void thoughts(Blackhole sink) {
        stream(thought, sink);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 1)
    public void functionCalls(Blackhole sink) {
        stream(call, sink);
    }

    private void stream(byte[] chunk, Blackhole sink) {
        GeminiResponseDecoder decoder = new GeminiResponseDecoder(sink::consume, OPENING, names);
        for (int i = 0; i < CHUNKS; i++) {
            decoder.event("message", chunk, 0, chunk.length);
        }
        decoder.event("message", finish, 0, finish.length);
        decoder.end();
        sink.consume(decoder.finished());
    }

    private static byte[] chunk(String part, String finishReason) {
        return utf8("{\"candidates\": [{\"content\": {\"parts\": [" + part + "],\"role\": \"model\"}," + finishReason
                + "\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 7,\"candidatesTokenCount\": 2,"
                + "\"totalTokenCount\": 103,\"promptTokensDetails\": [{\"modality\": \"TEXT\",\"tokenCount\": 7}],"
                + "\"thoughtsTokenCount\": 94,\"serviceTier\": \"standard\"},\"modelVersion\": \"gemini-3.7-flash\","
                + "\"responseId\": \"WQuqavG5KbfUjMcPuP_n6QI\"}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
