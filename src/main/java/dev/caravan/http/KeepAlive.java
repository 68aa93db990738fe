package dev.caravan.http;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps clients from giving up on a stream that is silent: after a first silence status and headers go out with the opening of
 * the message, after every further one a ping. One thread looks after all replies. A pinged client does not hide a dead upstream,
 * which has a time-out of its own.
 */
public final class KeepAlive extends ServiceSupport implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(KeepAlive.class);
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Set<HttpReply> replies = ConcurrentHashMap.newKeySet();
    private Duration first = Duration.ofSeconds(5);
    private Duration every = Duration.ofSeconds(10);
    private ScheduledExecutorService timer;

    /** The silence after which a reply begins; 5 s by default. A reply that has begun can no longer have an error status. */
    public void setFirst(Duration first) {
        this.first = first;
    }

    /** The silence after which a ping is sent; 10 s by default. */
    public void setEvery(Duration every) {
        this.every = every;
    }

    /** From here to its end the exchange's reply is kept alive, if the client wants events. */
    @Override
    public void process(Exchange exchange) {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        if (reply != null) {
            reply.silentFromNow();
            replies.add(reply);
            reply.call().onComplete(() -> replies.remove(reply));
        }
    }

    @Override
    protected void doStart() {
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("caravan-keep-alive").factory());
        timer.scheduleWithFixedDelay(this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (HttpReply reply : replies) {
            try {
                if (reply.call().isStream()) { // known only once the request has been validated
                    reply.keepAlive(first, every);
                }
            } catch (RuntimeException e) {
                replies.remove(reply);
                LOG.error("request {} cannot be kept alive", reply.call().getRequestId(), e);
            }
        }
    }

    /** Replies that are still open now were given their time, and get no more: their clients are told. */
    @Override
    protected void doStop() throws InterruptedException {
        timer.shutdownNow();
        List<HttpReply> open = List.copyOf(replies);
        for (HttpReply reply : open) {
            reply.fail(new ApiException(ErrorType.OVERLOADED_ERROR, "the gateway is shutting down"));
        }
        long until = System.nanoTime() + LAST_WORDS.toNanos();
        for (HttpReply reply : open) {
            reply.awaitEnd(until - System.nanoTime());
            reply.call().getCancellation().cancel();
            reply.call().complete();
        }
    }
}
