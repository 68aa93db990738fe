package dev.caravan.queue.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.queue.broker.QueueAdmin;
import dev.caravan.queue.broker.QueueState;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the body what the queues hold: {@code {"data": [{"name": "exec", "depth": 12, …}]}}. Thread-safe. */
public final class DescribeQueues implements Processor {
    private final QueueAdmin broker;
    private final String prefix;
    private final List<String> lanes;

    /** @param prefix what stands before a lane in the name of its queue */
    public DescribeQueues(QueueAdmin broker, String prefix, List<String> lanes) {
        this.broker = broker;
        this.prefix = prefix;
        this.lanes = List.copyOf(lanes);
    }

    /** @throws ApiException 503 when the broker does not answer */
    @Override
    public void process(Exchange exchange) {
        Map<String, Optional<QueueState>> states = new LinkedHashMap<>();
        try {
            for (String lane : lanes) {
                states.put(lane, broker.state(prefix + lane));
            }
        } catch (JMSException e) {
            throw new ApiException(503, ErrorType.OVERLOADED_ERROR, "the broker does not answer");
        }
        exchange.getMessage().setBody(MessageJson.write(out -> {
            out.writeArrayFieldStart("data");
            for (Map.Entry<String, Optional<QueueState>> state : states.entrySet()) {
                out.writeStartObject();
                out.writeStringField("name", state.getKey());
                if (state.getValue().isPresent()) {
                    describe(state.getValue().get(), out);
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        }));
    }

    private static void describe(QueueState state, JsonGenerator out) throws IOException {
        out.writeNumberField("depth", state.messages());
        out.writeNumberField("delivering", state.delivering());
        out.writeNumberField("scheduled", state.scheduled());
        if (state.oldest().isPresent()) {
            out.writeNumberField("oldest_seconds", state.oldest().get().toSeconds());
        } else {
            out.writeNullField("oldest_seconds");
        }
        out.writeNumberField("consumers", state.consumers());
        out.writeBooleanField("paused", state.paused());
    }
}
