package dev.caravan.bench;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.openai.OpenAiRequestEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What translating a valid request costs: that of a coding agent, 115 KB, and a short one. Decoding is measured apart. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OpenAiEncoderBenchmark {
    private final OpenAiRequestEncoder encoder = new OpenAiRequestEncoder("openai", OpenAiOptions.DEFAULT);
    private MessageRequest agent;
    private MessageRequest small;

    @Setup
    public void requests() {
        agent = decoded(AgentRequest.body());
        small = decoded(
                "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Say hi.\"}]}"
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Benchmark
    public byte[] encodeAgent() {
        return encoder.encode(agent, "gpt-4.1", ToolNames.of(agent));
    }

    @Benchmark
    public byte[] encodeSmall() {
        return encoder.encode(small, "gpt-4.1", ToolNames.of(small));
    }

    private static MessageRequest decoded(byte[] body) {
        return RequestDecoder.decode(body, ApiVersion.V2023_06_01);
    }
}
