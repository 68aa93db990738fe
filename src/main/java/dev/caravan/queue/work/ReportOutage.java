package dev.caravan.queue.work;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of an exception that the exchange has caught, at most once a minute: what is done several times a second fails as often
 * while the store is away. Thread-safe.
 */
public final class ReportOutage implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(ReportOutage.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final AtomicLong next = new AtomicLong(System.nanoTime());

    @Override
    public void process(Exchange exchange) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PAUSE.toNanos())) {
            Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
            LOG.warn("queued work does not go on for now: {}: {}", exchange.getFromRouteId(), cause.toString());
            LOG.debug("what queued work does not go on for", cause);
        }
    }
}
