package dev.caravan.bench;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.RequestDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What translating a valid request costs, in milliseconds: that of a coding agent, 115 KB, most of it tools, and a conversation of
 * 200 turns and 1 MB. Decoding is measured apart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncoderBenchmark {
    @Param
    public BenchDialect dialect;

    private Call agent;
    private Call conversation;

    @Setup
    public void calls() {
        agent = call(AgentRequest.body());
        conversation = call(LongConversation.body());
    }

    private Call call(byte[] body) {
        return dialect.call(RequestDecoder.decode(body, ApiVersion.V2023_06_01));
    }

    @Benchmark
    public byte[] agent() {
        return dialect.encode(agent);
    }

    @Benchmark
    public byte[] conversation() {
        return dialect.encode(conversation);
    }
}
