package dev.caravan.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.chatcompletions.EncodeChunk;
import dev.caravan.chatcompletions.TranslateRequest;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.RequestDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
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
 * What the door for OpenAI's clients costs: events of a message a second as chunks, ready to be sent, and milliseconds for reading
 * a conversation of 200 turns and 1 MB into the Messages API's request.
 */
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChatCompletionsBenchmark {
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final TranslateRequest translate = new TranslateRequest();
    private final EncodeChunk encode = new EncodeChunk();
    private byte[] conversation;
    private byte[] question;
    private final List<MessageEvent> events = new ArrayList<>();

    @Setup
    public void inputs() throws IOException {
        conversation = BenchDialect.OPENAI.encode(BenchDialect.OPENAI
                .call(RequestDecoder.decode(LongConversation.body(), ApiVersion.V2023_06_01)));
        question = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"
                .getBytes(UTF_8);
        StreamedReply reply = StreamedReply.OPENAI_TEXT;
        reply.decode(reply.bytes(), reply.call(), events::add);
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Object readConversation() {
        return translated(conversation).getMessage().getBody();
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(StreamedReply.EVENTS)
    public void chunks(Blackhole sink) {
        Exchange exchange = translated(question);
        for (MessageEvent event : events) {
            exchange.getMessage().setBody(event);
            encode.process(exchange);
            sink.consume(exchange.getMessage().getBody());
        }
    }

    private Exchange translated(byte[] body) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.setProperty(Call.PROPERTY, new Call());
        exchange.getMessage().setBody(body);
        translate.process(exchange);
        return exchange;
    }
}
