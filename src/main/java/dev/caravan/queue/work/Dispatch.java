package dev.caravan.queue.work;

import dev.caravan.queue.store.Chunk;
import dev.caravan.queue.store.DispatchStore;
import dev.caravan.queue.store.WorkStore;
import jakarta.jms.JMSException;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings all open batches forward: sends what is to be sent, ends what is done, stops what this node does for batches that are over.
 * Called from time to time, by one thread of each node.
 */
public final class Dispatch implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private final DispatchStore batches;
    private final WorkStore works;
    private final WakeupSender sender;
    private final WorkInHand inHand;

    public Dispatch(DispatchStore batches, WorkStore works, WakeupSender sender, WorkInHand inHand) {
        this.batches = batches;
        this.works = works;
        this.sender = sender;
        this.inHand = inHand;
    }

    @Override
    public void process(Exchange exchange) {
        inHand.stopWhatIsOver(works);
        for (long batch : batches.open()) {
            batches.endIfDone(batch);
            for (List<Chunk> chunks = batches.mark(batch); !chunks.isEmpty(); chunks = batches.mark(batch)) {
                if (!chunks.stream().allMatch(this::send)) {
                    return; // no broker: what is left has time until there is one
                }
            }
        }
    }

    private boolean send(Chunk chunk) {
        try {
            sender.send(chunk);
            batches.sent(chunk);
            return true;
        } catch (WakeupSender.NotSentException e) {
            batches.notSent(chunk);
            LOG.warn("batch {}: {} requests cannot be queued yet: {}", chunk.batchId(), chunk.positions().size(),
                    e.getCause().getMessage());
        } catch (JMSException e) {
            LOG.warn("batch {}: {} requests may not have been queued and will be queued again: {}", chunk.batchId(),
                    chunk.positions().size(), e.getMessage());
        }
        return false;
    }
}
