package dev.caravan.queue.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.QueueConfig;
import dev.caravan.config.QueueConfig.Lanes;
import dev.caravan.config.QueueConfig.Redelivery;
import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.queue.broker.Broker;
import dev.caravan.queue.Interruption;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A request of the JMS door that has failed")
class FailRequestTest {
    private static final int ATTEMPTS = 3;
    private static final String REPLIES = "caravan.replies.x";

    @TempDir
    private Path directory;
    private Broker broker;
    private Connection connection;
    private Session session;

    @BeforeEach
    void start() throws JMSException {
        broker = new Broker(new QueueConfig(directory, Optional.empty(), Optional.empty(), Lanes.DEFAULT, 50, ATTEMPTS,
                Redelivery.DEFAULT));
        broker.start();
        connection = broker.pool().createConnection();
        connection.start();
        session = connection.createSession(Session.SESSION_TRANSACTED);
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.stop();
    }

    private void fail(int attempt, Exception failure) throws Exception {
        Call call = new Call();
        Queue replies = session.createQueue(REPLIES);
        JmsRequest request = new JmsRequest(session.createTextMessage("a request"), session, replies, "id", 4, 0,
                attempt, call, new Interruption());
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.setProperty(JmsRequest.PROPERTY, request);
            exchange.setProperty(EventReplies.PROPERTY, new EventReplies(request, broker.pool()));
            exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
            new FailRequest(ATTEMPTS).process(exchange);
        }
        session.commit();
    }

    private Message next(String queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            Message message = consumer.receive(2_000);
            session.commit();
            return message;
        }
    }

    @Test
    void isTriedAgainWhileThereAreAttempts() {
        ApiException busy = new ApiException(ErrorType.OVERLOADED_ERROR, "busy");
        assertEquals(busy, assertThrows(ApiException.class, () -> fail(ATTEMPTS - 1, busy)));
    }

    @Test
    void isAnsweredBehindTheLastAttempt() throws Exception {
        fail(ATTEMPTS, new ApiException(ErrorType.OVERLOADED_ERROR, "busy"));
        assertEquals(529, next(REPLIES).getIntProperty("caravanStatus"));
        fail(ATTEMPTS + 1, new ApiException(ErrorType.API_ERROR, "none came to an end"));
        assertEquals(500, next(REPLIES).getIntProperty("caravanStatus"));
    }

    @Test
    void isPutAsideWhenTheBrokerTakesNoAnswer() throws Exception {
        fail(ATTEMPTS + 2, new ApiException(ErrorType.API_ERROR, "none came to an end"));
        Message dead = next(FailRequest.DEAD);
        assertNotNull(dead);
        assertEquals("api_error", dead.getStringProperty("caravanError"));
        assertNull(next(REPLIES));
    }

    @Test
    void waitsForABrokerThatHasGone() {
        JMSException gone = new JMSException("gone");
        assertEquals(gone, assertThrows(JMSException.class, () -> fail(ATTEMPTS, gone)));
    }
}
