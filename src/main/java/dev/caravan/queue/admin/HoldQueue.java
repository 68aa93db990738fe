package dev.caravan.queue.admin;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import dev.caravan.queue.PathId;
import dev.caravan.queue.broker.QueueAdmin;
import jakarta.jms.JMSException;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Has the queue that the header {@code id} names hand out nothing more, or hand out messages again: for all nodes, and until it is told
 * otherwise. What consumers have they bring to its end. Thread-safe.
 */
public final class HoldQueue implements Processor {
    /** What is done to the queue. */
    public enum Action {
        PAUSE, RESUME
    }

    private final QueueAdmin broker;
    private final String prefix;
    private final List<String> lanes;
    private final Action action;

    /** @param prefix what stands before a lane in the name of its queue */
    public HoldQueue(QueueAdmin broker, String prefix, List<String> lanes, Action action) {
        this.broker = broker;
        this.prefix = prefix;
        this.lanes = List.copyOf(lanes);
        this.action = action;
    }

    /** @throws ApiException 404 when there is no such queue, 503 when the broker does not answer */
    @Override
    public void process(Exchange exchange) {
        String lane = PathId.of(exchange);
        if (!lanes.contains(lane)) {
            throw new ApiException(ErrorType.NOT_FOUND_ERROR, "there is no queue \"" + Text.excerpt(lane)
                    + "\"; there are " + String.join(", ", lanes));
        }
        try {
            switch (action) {
                case PAUSE -> broker.pause(prefix + lane);
                case RESUME -> broker.resume(prefix + lane);
            }
        } catch (JMSException e) {
            throw new ApiException(503, ErrorType.OVERLOADED_ERROR, "the broker does not answer");
        }
    }
}
