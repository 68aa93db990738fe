package dev.caravan.bench;

import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import dev.caravan.provider.ollama.OllamaResponseDecoder;
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

/** What decoding a reply of Ollama costs, per line of some 120 bytes as it sends them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OllamaDecoderBenchmark {
    private static final int LINES = 200;
    private static final MessageStart OPENING = new MessageStart("msg_1", "claude-sonnet-4-5", Usage.of(100, 1));

    private byte[] text;
    private byte[] thinking;
    private byte[] call;
    private byte[] last;

    @Setup
    public void lines() {
        text = line("\"content\":\" wagon\"");
        thinking = line("\"content\":\"\",\"thinking\":\" so\"");
        call = line(
                "\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"index\":0,\"name\":\"Bash\",\"arguments\":{\"command\":\"ls -l\"}}}]");
        last = utf8(
                "{\"model\":\"qwen3:8b\",\"created_at\":\"2026-08-21T10:00:01.123456Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
                        + "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":91234567,\"load_duration\":1234567,\"prompt_eval_count\":26,"
                        + "\"prompt_eval_duration\":2345678,\"eval_count\":7,\"eval_duration\":3456789}");
    }

    @Benchmark
    @OperationsPerInvocation(LINES + 1)
    public void text(Blackhole sink) {
        stream(text, sink);
    }

    @Benchmark
    @OperationsPerInvocation(LINES + 1)
    public void thinking(Blackhole sink) {
        stream(thinking, sink);
    }

    @Benchmark
    @OperationsPerInvocation(LINES + 1)
    public void toolCalls(Blackhole sink) {
        stream(call, sink);
    }

    private void stream(byte[] line, Blackhole sink) {
        OllamaResponseDecoder decoder = new OllamaResponseDecoder(sink::consume, OPENING);
        for (int i = 0; i < LINES; i++) {
            decoder.event("message", line, 0, line.length);
        }
        decoder.event("message", last, 0, last.length);
        sink.consume(decoder.finished());
    }

    private static byte[] line(String fields) {
        return utf8(
                "{\"model\":\"qwen3:8b\",\"created_at\":\"2026-08-21T10:00:00.123456Z\",\"message\":{\"role\":\"assistant\","
                        + fields + "},\"done\":false}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
