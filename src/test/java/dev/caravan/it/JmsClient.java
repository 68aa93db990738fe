package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.component.jms.JmsComponent;

/** A program that uses the JMS door by JMS alone: one session, and a temporary queue for the answers. */
final class JmsClient implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 30_000;

    private final Connection connection;
    private final Session session;
    private final TemporaryQueue replies;
    private final MessageConsumer answers;
    private final MessageProducer requests;

    JmsClient(ConnectionFactory broker) throws JMSException {
        connection = broker.createConnection();
        connection.start();
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        replies = session.createTemporaryQueue();
        answers = session.createConsumer(replies);
        requests = session.createProducer(session.createQueue("caravan.requests"));
    }

    /** A client of the broker inside a gateway. */
    static JmsClient of(GatewayUnderTest gateway) throws JMSException {
        return new JmsClient(gateway.context().getComponent("caravan-jms", JmsComponent.class).getConfiguration()
                .getListenerConnectionFactory());
    }

    Session session() {
        return session;
    }

    MessageProducer requests() {
        return requests;
    }

    TemporaryQueue replies() {
        return replies;
    }

    /** A text message whose answer comes back to this client. */
    TextMessage text(String request) throws JMSException {
        TextMessage message = session.createTextMessage(request);
        message.setJMSReplyTo(replies);
        return message;
    }

    /** Sends it and waits for what comes back first. */
    TextMessage ask(Message request) throws JMSException {
        requests.send(request);
        return next();
    }

    /** What comes back next. */
    TextMessage next() throws JMSException {
        TextMessage answer = (TextMessage) answers.receive(PATIENCE_MILLIS);
        assertNotNull(answer, "no answer came");
        return answer;
    }

    /** All of a stream. */
    List<TextMessage> stream() throws JMSException {
        List<TextMessage> events = new ArrayList<>();
        do {
            events.add(next());
        } while (!events.getLast().getBooleanProperty("caravanLast"));
        return events;
    }

    /** Whether there is nothing more in this client's queue. */
    boolean nothingMore() throws JMSException {
        return answers.receiveNoWait() == null;
    }

    /** The next message of another queue. */
    Message take(String queue) throws JMSException {
        return take(session.createQueue(queue));
    }

    private Message take(Destination queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(queue)) {
            Message message = consumer.receive(PATIENCE_MILLIS);
            assertNotNull(message, "nothing came");
            return message;
        }
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
