package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A live reply is given up once, whoever gives it up, and whatever goes wrong. */
@Timeout(60)
class ReplyCloseTest {
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int CLOSERS = 4;

    /** How a reply comes. */
    enum Kind {
        EVENTS(body -> FramedEventStream.of(body, SseFraming::new, out -> new Deaf())), LINES(
                body -> LineBody.events(body, out -> new Deaf())), JSON(
                        body -> new JsonEventStream(body, out -> new Deaf()));

        private final Function<UpstreamBody, EventStream> read;

        Kind(Function<UpstreamBody, EventStream> read) {
            this.read = read;
        }
    }

    /** Never has a whole message. */
    private static class Deaf implements ResponseDecoder {
        @Override
        public void event(String type, byte[] buffer, int offset, int length) {
            throw new IllegalStateException("a mistake in a decoder");
        }

        @Override
        public void message(byte[] json) {
            throw new IllegalStateException("a mistake in a decoder");
        }

        @Override
        public void end() {}

        @Override
        public boolean finished() {
            return false;
        }
    }

    private final AtomicInteger closed = new AtomicInteger();

    private InputStream source(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void manyWhoCloseAtOnceCloseOnce(Kind kind) throws Exception {
        int rounds = 500;
        try (ExecutorService closers = Executors.newFixedThreadPool(CLOSERS)) {
            CyclicBarrier together = new CyclicBarrier(CLOSERS);
            for (int round = 1; round <= rounds; round++) {
                EventStream stream = kind.read.apply(new UpstreamBody("up", source(""), IDLE));
                List<Future<?>> all = java.util.stream.IntStream.range(0, CLOSERS)
                        .<Future<?>>mapToObj(i -> closers.submit(() -> {
                            together.await();
                            stream.close();
                            return null;
                        })).toList();
                for (Future<?> one : all) {
                    one.get();
                }
                assertEquals(round, closed.get());
                assertFalse(stream.hasNext());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeInADecoderClosesToo(Kind kind) {
        EventStream stream = kind.read.apply(new UpstreamBody("up", source("data: {}\n\n"), IDLE));
        assertThrows(IllegalStateException.class, stream::next);
        assertEquals(1, closed.get());
        assertFalse(stream.hasNext());
    }

    @Test
    void anAbortedBodyEnds() {
        UpstreamBody body = new UpstreamBody("up", source("x"), IDLE);
        body.abort();
        body.abort();
        assertEquals(1, closed.get());
    }

    @Test
    void aFailureKeepsAllButTheWords() {
        ApiException failure = ApiException
                .verbatim(429, dev.caravan.message.ErrorType.RATE_LIMIT_ERROR, "slow é secret", "{secret é}".getBytes())
                .header("retry-after", "7");
        ApiException told = failure.reworded(text -> new String(text, StandardCharsets.UTF_8).replace("secret", "***")
                .getBytes(StandardCharsets.UTF_8));
        assertEquals(429, told.status());
        assertSame(failure.type(), told.type());
        assertEquals("slow é ***", told.getMessage());
        assertEquals("{*** é}", new String(told.envelope(""), StandardCharsets.UTF_8));
        assertEquals(failure.headers(), told.headers());
    }
}
