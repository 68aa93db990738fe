package dev.caravan.queue.job;

import dev.caravan.queue.store.JobWakeup;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;

/** How a {@link JobWakeup} stands in a JMS message; by the first of its properties, queues tell it from one of a batch. */
final class WakeupMessage {
    private static final String JOB = "caravanJob";
    private static final String ID = "caravanJobId";
    private static final String LANE = "caravanLane";
    private static final String GENERATION = "caravanGeneration";

    private WakeupMessage() {}

    static TextMessage of(JobWakeup wakeup, Session session) throws JMSException {
        TextMessage message = session.createTextMessage(wakeup.toString());
        message.setLongProperty(JOB, wakeup.job());
        message.setStringProperty(ID, wakeup.id());
        message.setStringProperty(LANE, wakeup.lane());
        message.setIntProperty(GENERATION, wakeup.generation());
        return message;
    }

    /** @throws InvalidPayloadException for a message that somebody else has sent */
    static JobWakeup read(Message message) throws InvalidPayloadException {
        Long job = message.getHeader(JOB, Long.class);
        String id = message.getHeader(ID, String.class);
        String lane = message.getHeader(LANE, String.class);
        Integer generation = message.getHeader(GENERATION, Integer.class);
        if (job == null || id == null || lane == null || generation == null) {
            throw new InvalidPayloadException(message.getExchange(), JobWakeup.class, message);
        }
        return new JobWakeup(job, id, lane, generation);
    }
}
