package dev.caravan.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What decoding and validating an agent's request of 115 KB costs, beside the floor: the same bytes through Jackson's parser with
 * every string made and nothing kept.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestDecoderBenchmark {
    private final JsonFactory json = new JsonFactory();
    private final byte[] body = AgentRequest.body();
    private final MessageRequest request = RequestDecoder.decode(body, ApiVersion.V2023_06_01);

    /** Bytes to a validated request. */
    @Benchmark
    public MessageRequest decode() {
        return RequestDecoder.decode(body, ApiVersion.V2023_06_01);
    }

    /** The body with another model's name, as it goes to an Anthropic upstream. */
    @Benchmark
    public byte[] splice() {
        return request.bodyForModel("claude-opus-4-8");
    }

    /** The floor: tokens and strings only. */
    @Benchmark
    public int parse() throws IOException {
        int length = 0;
        try (JsonParser parser = json.createParser(body)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue()) {
                    length += parser.getText().length();
                }
            }
        }
        return length;
    }
}
