package dev.caravan.queue.work;

import dev.caravan.queue.broker.QueueAdmin;
import dev.caravan.queue.broker.QueueState;
import dev.caravan.queue.store.DispatchStore;
import dev.caravan.queue.store.JobDispatchStore;
import jakarta.jms.JMSException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the broker has lost messages, with its disk for example: a queue is empty, and the store has requests that were sent
 * there and have no result. They are sent again. Called from time to time, by one thread of each node.
 */
public final class FindLostMessages implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(FindLostMessages.class);
    /** What was sent in this time may have been counted too early; what was answered in it, too late. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final QueueAdmin broker;
    private final DispatchStore store;
    private final JobDispatchStore jobs;
    private final Clock clock;
    private final String prefix;
    private final List<String> lanes;

    /**
     * @param prefix what stands before a lane in the name of its queue
     */
    public FindLostMessages(QueueAdmin broker, DispatchStore store, JobDispatchStore jobs, Clock clock,
            String prefix, List<String> lanes) {
        this.broker = broker;
        this.store = store;
        this.jobs = jobs;
        this.clock = clock;
        this.prefix = prefix;
        this.lanes = List.copyOf(lanes);
    }

    @Override
    public void process(Exchange exchange) {
        if (store.open().isEmpty() && !jobs.open()) {
            return;
        }
        try {
            for (String lane : lanes) {
                Instant before = clock.instant().minus(GRACE);
                Optional<QueueState> queue = broker.state(prefix + lane);
                if (queue.isEmpty() || queue.get().messages() == 0) {
                    int chunks = store.lost(lane, before);
                    int single = jobs.lost(lane, before);
                    if (chunks + single > 0) {
                        LOG.warn("the broker has lost the messages of {} chunks and {} jobs of queue {}{}; "
                                + "they are sent again", chunks, single, prefix, lane);
                    }
                }
            }
        } catch (JMSException e) {
            LOG.debug("the broker cannot be asked", e);
        }
    }
}
