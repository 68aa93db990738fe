package dev.caravan.queue.work;

import dev.caravan.queue.store.Chunk;
import dev.caravan.queue.store.Wakeup;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;

/** Sends wake-ups to the queues, a chunk in one transaction. Thread-safe. */
public final class WakeupSender {
    /** Below what somebody waits for, which has JMS's usual 4. */
    private static final int PRIORITY = 3;

    /** What stands before a lane in the name of its queue. */
    public static final String QUEUES = "caravan.work.";

    private final ConnectionFactory connections;

    /** @param connections a pool of them */
    public WakeupSender(ConnectionFactory connections) {
        this.connections = connections;
    }

    /**
     * Sends all messages of the chunk or none.
     *
     * @throws NotSentException when the broker has surely taken none
     * @throws JMSException when nobody knows: the broker was lost while it was asked to take them
     */
    void send(Chunk chunk) throws NotSentException, JMSException {
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(Session.SESSION_TRANSACTED)) {
            write(chunk, session);
            session.commit();
        }
    }

    private void write(Chunk chunk, Session session) throws NotSentException {
        try (MessageProducer producer = session.createProducer(session.createQueue(QUEUES + chunk.lane()))) {
            producer.setPriority(PRIORITY);
            for (Wakeup wakeup : chunk.wakeups()) {
                producer.send(WakeupMessage.of(wakeup, session));
            }
        } catch (JMSException e) {
            throw new NotSentException(e);
        }
    }

    /** The transaction was not committed, and so has not happened. */
    static final class NotSentException extends Exception {
        private static final long serialVersionUID = 1L;

        private NotSentException(JMSException cause) {
            super(cause);
        }
    }
}
