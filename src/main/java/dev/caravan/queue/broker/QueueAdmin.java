package dev.caravan.queue.broker;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import java.time.Duration;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.management.ResourceNames;
import org.apache.activemq.artemis.api.jms.management.JMSManagementHelper;

/**
 * Asks the broker about its queues and tells it what to do with them, by management messages: those work alike for the embedded broker
 * and for one outside, whose user needs the permission {@code manage} then. May be used by several threads.
 *
 * <p>Everything here ends within the time given, and throws {@link JMSException} when the broker has not answered by then, is not
 * reached or refuses.
 */
public final class QueueAdmin {

    private static final String MANAGEMENT = "activemq.management";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ConnectionFactory connections;
    private final Duration timeout;

    /**
     * @param connections to the broker; a pool does best
     * @param timeout     how long to wait for an answer to one question
     */
    public QueueAdmin(ConnectionFactory connections, Duration timeout) {
        this.connections = connections;
        this.timeout = timeout;
    }

    /** The name of the queue that keeps the dead letters of a queue. */
    public static String deadLettersOf(String queue) {
        return "DLQ." + queue;
    }

    /** Makes a queue when it is not there yet; otherwise the first who sends to it or reads from it does. */
    public void create(String queue) throws JMSException {
        try (Dialogue broker = new Dialogue()) {
            String settings = JSON.createObjectNode().put("name", queue).put("address", queue)
                    .put("routing-type", "ANYCAST").put("durable", true).put("auto-delete", false).toString();
            broker.invoke(ResourceNames.BROKER, "createQueue", settings, true);
        }
    }

    /** What a queue holds; empty when the broker has no such queue. */
    public Optional<QueueState> state(String queue) throws JMSException {
        try (Dialogue broker = new Dialogue()) {
            return Optional.of(state(broker, ResourceNames.QUEUE + queue));
        } catch (NoSuchQueue e) {
            return Optional.empty();
        }
    }

    private static QueueState state(Dialogue broker, String queue) throws JMSException {
        long messages = broker.number(queue, "messageCount");
        long delivering = broker.number(queue, "deliveringCount");
        long scheduled = broker.number(queue, "scheduledCount");
        // Asked of a queue where none waits, the broker fails.
        Optional<Duration> oldest = messages - delivering - scheduled <= 0
                ? Optional.empty()
                : broker.age(queue);
        return new QueueState(messages, delivering, scheduled, oldest, (int) broker.number(queue, "consumerCount"),
                broker.number(queue, "messagesAdded"), broker.number(queue, "messagesAcknowledged"),
                Boolean.TRUE.equals(broker.attribute(queue, "paused")));
    }

    /** Has the queue hand out nothing more, also after the broker was started again; it still takes messages. */
    public void pause(String queue) throws JMSException {
        tell(queue, "pause", true);
    }

    /** Has the queue hand out messages again. */
    public void resume(String queue) throws JMSException {
        tell(queue, "resume");
    }

    /**
     * Throws away every message that no consumer has just now.
     *
     * @return how many
     */
    public int purge(String queue) throws JMSException {
        return ((Number) tell(queue, "removeAllMessages")).intValue();
    }

    /**
     * Sends every message of a queue of dead letters back to where it came from, to be tried again from the first attempt on.
     *
     * @param queue see {@link #deadLettersOf}
     * @return how many
     */
    public int retry(String queue) throws JMSException {
        return ((Number) tell(queue, "retryMessages")).intValue();
    }

    private Object tell(String queue, String operation, Object... arguments) throws JMSException {
        try (Dialogue broker = new Dialogue()) {
            return broker.invoke(ResourceNames.QUEUE + queue, operation, arguments);
        }
    }

    /** The broker does not know the queue that it is asked about. */
    private static final class NoSuchQueue extends JMSException {
        private static final long serialVersionUID = 1L;
        /** What an operation of a queue that is not there ends in. */
        private static final String CODE = "AMQ229067";
        /** What an attribute of one ends in: without a code. */
        private static final String NO_ATTRIBUTE = "Problem while retrieving attribute";

        NoSuchQueue(String reason) {
            super(reason, CODE);
        }
    }

    /** Questions and answers over one session. */
    private final class Dialogue implements AutoCloseable {
        private final Connection connection;
        private final Session session;
        private final TemporaryQueue replies;
        private final MessageProducer questions;
        private final MessageConsumer answers;

        Dialogue() throws JMSException {
            connection = connections.createConnection();
            try {
                connection.start();
                session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                replies = session.createTemporaryQueue();
                questions = session.createProducer(session.createQueue(MANAGEMENT));
                questions.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
                questions.setTimeToLive(timeout.toMillis());
                answers = session.createConsumer(replies);
            } catch (JMSException e) {
                connection.close();
                throw e;
            }
        }

        long number(String resource, String attribute) throws JMSException {
            return ((Number) attribute(resource, attribute)).longValue();
        }

        /** The age of a queue's first message; empty when it has been taken since somebody looked. */
        Optional<Duration> age(String queue) {
            try {
                return Optional.ofNullable(attribute(queue, "firstMessageAge"))
                        .map(age -> Duration.ofMillis(((Number) age).longValue()));
            } catch (JMSException e) {
                return Optional.empty();
            }
        }

        Object attribute(String resource, String attribute) throws JMSException {
            Message question = session.createMessage();
            JMSManagementHelper.putAttribute(question, resource, attribute);
            return ask(question, attribute);
        }

        Object invoke(String resource, String operation, Object... arguments) throws JMSException {
            Message question = session.createMessage();
            JMSManagementHelper.putOperationInvocation(question, resource, operation, arguments);
            return ask(question, operation);
        }

        private Object ask(Message question, String what) throws JMSException {
            question.setJMSReplyTo(replies);
            questions.send(question);
            Message answer = answers.receive(timeout.toMillis());
            if (answer == null) {
                throw new JMSException("the broker has not answered `" + what + "` within " + timeout.toMillis()
                        + " ms");
            }
            Object result = result(answer);
            if (JMSManagementHelper.hasOperationSucceeded(answer)) {
                return result;
            }
            String reason = String.valueOf(result);
            throw reason.contains(NoSuchQueue.CODE) || reason.contains(NoSuchQueue.NO_ATTRIBUTE)
                    ? new NoSuchQueue(reason)
                    : new JMSException("the broker refuses `" + what + "`: " + reason);
        }

        private static Object result(Message answer) throws JMSException {
            try {
                return JMSManagementHelper.getResult(answer);
            } catch (JMSException e) {
                throw e;
            } catch (Exception e) {
                JMSException failure = new JMSException("an answer of the broker that cannot be read");
                failure.initCause(e);
                throw failure;
            }
        }

        @Override
        public void close() throws JMSException {
            try {
                answers.close();
                replies.delete();
            } finally {
                connection.close();
            }
        }
    }
}
