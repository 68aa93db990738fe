package dev.caravan.queue.work;

import java.time.Duration;
import java.util.List;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.CamelContextStoppingEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When Caravan stops: what this node is at may come to its end for a while, then it is stopped, and the broker gives its requests to
 * another node, or to this one when it is started again.
 */
public final class HandBack extends EventNotifierSupport {
    private static final Logger LOG = LoggerFactory.getLogger(HandBack.class);

    private final List<InHand> inHand;
    private final Duration grace;

    /** @param grace how long work may go on; shorter than the time-out of Camel's shutdown */
    public HandBack(List<InHand> inHand, Duration grace) {
        this.inHand = List.copyOf(inHand);
        this.grace = grace;
        setIgnoreCamelContextInitEvents(true);
        setIgnoreExchangeEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof CamelContextStoppingEvent) {
            Thread.ofVirtual().name("caravan-hand-back").start(this::stopAfterGrace);
        }
    }

    private void stopAfterGrace() {
        try {
            Thread.sleep(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int size = inHand.stream().mapToInt(InHand::size).sum();
        if (size > 0) {
            LOG.info("{} queued requests are not answered yet and go back to their queues", size);
            inHand.forEach(InHand::stop);
        }
    }
}
