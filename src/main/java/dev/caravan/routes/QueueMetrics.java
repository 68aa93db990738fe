package dev.caravan.routes;

import dev.caravan.queue.broker.QueueAdmin;
import dev.caravan.queue.broker.QueueState;
import dev.caravan.queue.store.DeadLetterStore;
import dev.caravan.queue.work.WakeupSender;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows how queued work goes, by queue, as the broker last said: {@code caravan.queue.messages} by state, {@code caravan.queue.age},
 * {@code caravan.queue.consumers}, {@code caravan.queue.added} and {@code caravan.queue.done}, whose growth is the rate; and
 * {@code caravan.dead.letters}. Called from time to time; a broker that does not answer leaves the last numbers. Thread-safe.
 */
final class QueueMetrics implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(QueueMetrics.class);

    private final MeterRegistry registry;
    private final QueueAdmin broker;
    private final DeadLetterStore letters;
    private final List<String> lanes;
    private final Map<String, QueueState> states = new ConcurrentHashMap<>();
    private volatile int dead;

    QueueMetrics(MeterRegistry registry, QueueAdmin broker, DeadLetterStore letters, List<String> lanes) {
        this.registry = registry;
        this.broker = broker;
        this.letters = letters;
        this.lanes = List.copyOf(lanes);
        lanes.forEach(this::register);
        Gauge.builder("caravan.dead.letters", () -> dead).description("Requests that were given up")
                .register(registry);
    }

    /** How many calls of the doors are under way. */
    int activeCalls() {
        Gauge active = registry.find("caravan.calls.active").gauge();
        return active == null ? 0 : (int) active.value();
    }

    private void register(String lane) {
        Tags tags = Tags.of("queue", lane);
        gauge("caravan.queue.messages", "Messages in the queue", tags.and("state", "ready"), lane,
                state -> state.messages() - state.delivering() - state.scheduled());
        gauge("caravan.queue.messages", "Messages in the queue", tags.and("state", "delivering"), lane,
                QueueState::delivering);
        gauge("caravan.queue.messages", "Messages in the queue", tags.and("state", "scheduled"), lane,
                QueueState::scheduled);
        gauge("caravan.queue.age", "Seconds since the next message was sent", tags, lane,
                state -> state.oldest().map(Duration::toSeconds).orElse(0L));
        gauge("caravan.queue.consumers", "Consumers of all nodes", tags, lane, QueueState::consumers);
        counter("caravan.queue.added", "Messages that were sent to the queue", tags, lane, QueueState::added);
        counter("caravan.queue.done", "Messages that were dealt with", tags, lane, QueueState::acknowledged);
    }

    private void gauge(String name, String description, Tags tags, String lane, ToDoubleFunction<QueueState> value) {
        Gauge.builder(name, () -> of(lane, value)).description(description).tags(tags).register(registry);
    }

    private void counter(String name, String description, Tags tags, String lane, ToDoubleFunction<QueueState> value) {
        FunctionCounter.builder(name, this, self -> self.of(lane, value)).description(description).tags(tags)
                .register(registry);
    }

    private double of(String lane, ToDoubleFunction<QueueState> value) {
        QueueState state = states.get(lane);
        return state == null ? 0 : value.applyAsDouble(state);
    }

    @Override
    public void process(Exchange exchange) {
        dead = letters.count();
        try {
            for (String lane : lanes) {
                Optional<QueueState> state = broker.state(WakeupSender.QUEUES + lane);
                state.ifPresent(known -> states.put(lane, known));
            }
        } catch (JMSException e) {
            LOG.debug("the broker cannot be asked", e);
        }
    }
}
