package dev.caravan.queue.job;

import dev.caravan.queue.store.JobDispatchStore;
import dev.caravan.queue.store.JobWakeup;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the wake-ups of jobs to their queues, and notes that it has. Thread-safe. */
public final class JobSender {
    private static final Logger LOG = LoggerFactory.getLogger(JobSender.class);
    /** Above what somebody waits for who has sent a batch. */
    private static final int PRIORITY = 5;

    private final JobDispatchStore store;
    private final ConnectionFactory connections;
    private final String prefix;

    /**
     * @param connections a pool of them
     * @param prefix      what stands before a lane in the name of its queue
     */
    public JobSender(JobDispatchStore store, ConnectionFactory connections, String prefix) {
        this.store = store;
        this.connections = connections;
        this.prefix = prefix;
    }

    /** Whether it has been sent; otherwise it has its turn with those that the store gives out again. */
    boolean send(JobWakeup wakeup) {
        boolean asked = false;
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(Session.SESSION_TRANSACTED);
                MessageProducer producer = session
                        .createProducer(session.createQueue(prefix + wakeup.lane()))) {
            producer.setPriority(PRIORITY);
            producer.send(WakeupMessage.of(wakeup, session));
            asked = true;
            session.commit();
        } catch (JMSException e) {
            LOG.warn("{} {} been queued and will be queued again: {}", wakeup, asked ? "may not have" : "has not",
                    e.getMessage());
            if (!asked) {
                store.notSent(wakeup);
            }
            return false;
        }
        store.sent(wakeup);
        return true;
    }
}
