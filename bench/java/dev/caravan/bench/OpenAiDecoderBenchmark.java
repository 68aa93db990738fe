package dev.caravan.bench;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Usage;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.openai.OpenAiResponseDecoder;
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

/** What decoding a chat completions stream costs, per chunk of some 330 bytes as OpenAI sends them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OpenAiDecoderBenchmark {
    private static final int CHUNKS = 200;
    private static final MessageStart OPENING = new MessageStart("msg_1", "claude-sonnet-4-5", Usage.of(100, 1));

    private byte[] text;
    private byte[] reasoning;
    private byte[] call;
    private byte[] arguments;
    private byte[] finish;
    private byte[] usage;
    private ToolNames names;

    @Setup
    public void chunks() {
        text = chunk("{\"content\":\" wagon\"}", "null");
        reasoning = chunk("{\"content\":null,\"reasoning_content\":\" so\"}", "null");
        call = chunk(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"Bash\",\"arguments\":\"{\\\"a\\\":\\\"\"}}]}",
                "null");
        arguments = chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"ls -l \"}}]}", "null");
        finish = chunk("{}", "\"stop\"");
        usage = utf8(
                "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\"created\":1741569952,"
                        + "\"model\":\"gpt-4.1-2025-04-14\",\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0}}}");
        MessageRequest request = RequestDecoder.decode(
                utf8("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"),
                ApiVersion.V2023_06_01);
        names = ToolNames.of(request);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 2)
    public void text(Blackhole sink) {
        stream(text, text, sink);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 2)
    public void reasoning(Blackhole sink) {
        stream(reasoning, reasoning, sink);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS + 2)
    public void toolArguments(Blackhole sink) {
        stream(call, arguments, sink);
    }

    private void stream(byte[] first, byte[] others, Blackhole sink) {
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(sink::consume, OPENING, names, OpenAiOptions.DEFAULT);
        decoder.event("message", first, 0, first.length);
        for (int i = 1; i < CHUNKS; i++) {
            decoder.event("message", others, 0, others.length);
        }
        decoder.event("message", finish, 0, finish.length);
        decoder.event("message", usage, 0, usage.length);
        sink.consume(decoder.finished());
    }

    private static byte[] chunk(String delta, String finishReason) {
        return utf8(
                "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\"created\":1741569952,"
                        + "\"model\":\"gpt-4.1-2025-04-14\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_44added55e\",\"choices\":[{\"index\":0,"
                        + "\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finishReason
                        + "}],\"usage\":null,\"obfuscation\":\"D3WbtIxo\"}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
