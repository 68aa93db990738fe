package dev.caravan.bench;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.ToolNames;
import dev.caravan.provider.gemini.GeminiRequestEncoder;
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

/**
 * What translating a valid request for Gemini costs: that of a coding agent, 115 KB, most of it tools, and a conversation of 200
 * turns with 1 MB. Decoding is measured apart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GeminiEncoderBenchmark {
    private static final int TURNS = 200;
    private static final int TURN_BYTES = 5_000;

    private final GeminiRequestEncoder encoder = new GeminiRequestEncoder("google");
    private MessageRequest agent;
    private MessageRequest conversation;

    @Setup
    public void requests() {
        agent = decoded(AgentRequest.body());
        StringBuilder json = new StringBuilder("{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100,\"messages\":[");
        for (int turn = 0; turn < TURNS; turn += 2) {
            json.append(turn == 0 ? "" : ",").append("{\"role\":\"user\",\"content\":[")
                    .append(turn == 0
                            ? "{\"type\":\"text\",\"text\":\""
                            : "{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_" + (turn - 2) + "\",\"content\":\"")
                    .append("line of a file\\n".repeat(2 * TURN_BYTES / 16))
                    .append("\"}]},{\"role\":\"assistant\",\"content\":[")
                    .append("{\"type\":\"text\",\"text\":\"I look.\"},{\"type\":\"tool_use\",\"id\":\"toolu_")
                    .append(turn)
                    .append("\",\"name\":\"Read\",\"input\":{\"path\":\"/a/b\"}}]}");
        }
        conversation = decoded(json.append("]}").toString().getBytes(StandardCharsets.UTF_8));
    }

    @Benchmark
    public byte[] encodeAgent() {
        return encode(agent);
    }

    @Benchmark
    public byte[] encodeConversation() {
        return encode(conversation);
    }

    private byte[] encode(MessageRequest request) {
        return encoder.encode(request, "gemini-2.5-pro", Integer.MAX_VALUE, ToolNames.beginningWithALetter(request));
    }

    private static MessageRequest decoded(byte[] body) {
        return RequestDecoder.decode(body, ApiVersion.V2023_06_01);
    }
}
