package dev.caravan.bench;

import dev.caravan.sse.SseEvent;
import dev.caravan.sse.SseParser;
import dev.caravan.sse.SseWriter;
import java.io.IOException;
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

/**
 * What reading and writing server-sent events costs. Short events are text deltas of a Messages API stream, about 120
 * bytes each, 100 to a stream, and their time is per event. A long event has one data line of {@value #LONG_BYTES}
 * bytes; a million divided by its time in nanoseconds is GB/s.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SseParserBenchmark {
    private static final int EVENTS = 100;
    private static final int LONG_BYTES = 1_000_000;
    private static final int SOCKET_READ = 16 * 1024;

    private byte[] shortEvents;
    private byte[] shortEventsCrLf;
    private byte[] longEvent;
    private byte[] delta;
    private final SseWriter writer = new SseWriter();

    @Setup
    public void streams() {
        delta = utf8(
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" wagon\"}}");
        for (int i = 0; i < EVENTS; i++) {
            writer.event("content_block_delta", delta);
        }
        shortEvents = writer.toByteArray();
        shortEventsCrLf = utf8(new String(shortEvents, StandardCharsets.UTF_8).replace("\n", "\r\n"));
        longEvent = utf8("data: " + "x".repeat(LONG_BYTES) + "\n\n");
    }

    /** Every event lies whole in the fed array: nothing is copied. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void shortEvents(Blackhole sink) throws IOException {
        parse(shortEvents, shortEvents.length, sink);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void shortEventsCrLf(Blackhole sink) throws IOException {
        parse(shortEventsCrLf, shortEventsCrLf.length, sink);
    }

    /** Pieces of 64 bytes: each event spans two or three and is joined. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void shortEventsInSmallPieces(Blackhole sink) throws IOException {
        parse(shortEvents, 64, sink);
    }

    /** One byte at a time: the worst case that a peer can cause. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void shortEventsByteByByte(Blackhole sink) throws IOException {
        parse(shortEvents, 1, sink);
    }

    @Benchmark
    public void longEvent(Blackhole sink) throws IOException {
        parse(longEvent, longEvent.length, sink);
    }

    /** As it comes from a socket: the line is joined from 62 pieces. */
    @Benchmark
    public void longEventInSocketReads(Blackhole sink) throws IOException {
        parse(longEvent, SOCKET_READ, sink);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int writeShortEvents() {
        writer.clear();
        for (int i = 0; i < EVENTS; i++) {
            writer.event("content_block_delta", delta);
        }
        return writer.length();
    }

    private static void parse(byte[] stream, int piece, Blackhole sink) throws IOException {
        SseParser parser = new SseParser();
        for (int from = 0; from < stream.length; from += piece) {
            parser.feed(stream, from, Math.min(piece, stream.length - from));
            for (SseEvent event; (event = parser.next()) != null;) {
                sink.consume(event);
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
