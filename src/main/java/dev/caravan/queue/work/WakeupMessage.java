package dev.caravan.queue.work;

import dev.caravan.queue.store.Wakeup;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Optional;
import org.apache.camel.Message;

/** How a {@link Wakeup} stands in a JMS message: properties for the gateway, a text for whoever looks into the queue. */
final class WakeupMessage {
    private static final String BATCH = "caravanBatch";
    private static final String LANE = "caravanLane";
    private static final String POSITION = "caravanPosition";
    private static final String CHUNK = "caravanChunk";
    private static final String GENERATION = "caravanGeneration";

    private WakeupMessage() {}

    static TextMessage of(Wakeup wakeup, Session session) throws JMSException {
        TextMessage message = session.createTextMessage(wakeup.toString());
        message.setLongProperty(BATCH, wakeup.batch());
        message.setStringProperty(LANE, wakeup.lane());
        message.setIntProperty(POSITION, wakeup.position());
        message.setIntProperty(CHUNK, wakeup.chunk());
        message.setIntProperty(GENERATION, wakeup.generation());
        return message;
    }

    /** What the message says; empty for one that somebody else has sent. */
    static Optional<Wakeup> read(Message message) {
        Long batch = message.getHeader(BATCH, Long.class);
        String lane = message.getHeader(LANE, String.class);
        Integer position = message.getHeader(POSITION, Integer.class);
        Integer chunk = message.getHeader(CHUNK, Integer.class);
        Integer generation = message.getHeader(GENERATION, Integer.class);
        if (batch == null || lane == null || position == null || chunk == null || generation == null) {
            return Optional.empty();
        }
        return Optional.of(new Wakeup(batch, lane, position, chunk, generation));
    }
}
