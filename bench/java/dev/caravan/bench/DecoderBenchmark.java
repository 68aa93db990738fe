package dev.caravan.bench;

import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.RawEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * How many content events a second one core makes of what a provider sends: from bytes, framing included, to message events. With
 * {@code -prof gc}, the bytes allocated for each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecoderBenchmark {
    @Param
    public StreamedReply reply;

    private byte[] bytes;
    private Call call;

    /** A reply that is not understood would be a quick one. */
    @Setup
    public void reply() throws IOException {
        bytes = reply.bytes();
        call = reply.call();
        List<MessageEvent> events = new ArrayList<>();
        reply.decode(bytes, call, events::add);
        MessageEvent last = events.getLast();
        boolean whole = last instanceof MessageStop
                || last instanceof RawEvent raw && raw.name().equals("message_stop");
        if (!whole || events.size() < StreamedReply.EVENTS) {
            throw new IllegalStateException(reply + " was decoded to " + events.size() + " events, the last " + last);
        }
    }

    @Benchmark
    @OperationsPerInvocation(StreamedReply.EVENTS)
    public void decode(Blackhole sink) throws IOException {
        reply.decode(bytes, call, sink::consume);
    }
}
