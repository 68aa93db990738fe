package dev.caravan.queue.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What queued work needs of a broker, of whichever kind it is. */
abstract class BrokerContract {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final CamelContext context = new DefaultCamelContext();
    Broker broker;
    QueueAdmin admin;

    /** One that is not started. */
    abstract Broker broker() throws Exception;

    @BeforeEach
    void start() throws Exception {
        broker = broker();
        broker.addTo(context);
        context.start();
        admin = Brokers.admin(broker);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    void route(String queue, String options, Processor work) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(Broker.COMPONENT + ":queue:" + queue + options).errorHandler(noErrorHandler()).process(work);
            }
        });
    }

    private QueueState state(String queue) throws JMSException {
        return admin.state(queue).orElseThrow();
    }

    @Test
    void whatFailsComesAgainLaterEachTimeAndThenLiesAmongTheDeadLetters() throws Exception {
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        List<Long> times = new CopyOnWriteArrayList<>();
        route("caravan.failing", "", exchange -> {
            attempts.add(exchange.getMessage().getHeader("JMSXDeliveryCount", Integer.class));
            times.add(System.nanoTime());
            throw new IllegalStateException("does not work");
        });
        Brokers.send(broker, "caravan.failing", 1);
        String dead = QueueAdmin.deadLettersOf("caravan.failing");
        await().atMost(SOON).until(() -> admin.state(dead).map(QueueState::messages).orElse(0L) == 1);
        assertEquals(List.of(1, 2, 3), attempts);
        assertTrue(times.get(1) - times.get(0) >= 100_000_000, "the second attempt came at once");
        assertTrue(times.get(2) - times.get(1) >= 200_000_000, "the third attempt came as soon as the second");
        assertEquals(0, state("caravan.failing").messages());

        assertEquals(1, admin.retry(dead));
        await().atMost(SOON).until(() -> attempts.size() == 2 * Brokers.ATTEMPTS);
    }

    @Test
    void theMostUrgentIsNext() throws Exception {
        try (Connection connection = broker.pool().createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageProducer producer = session.createProducer(session.createQueue("caravan.urgent"))) {
            for (int priority : List.of(1, 4, 9, 0, 9)) {
                producer.setPriority(priority);
                producer.send(session.createTextMessage(String.valueOf(priority)));
            }
            session.commit();
        }
        List<String> order = new CopyOnWriteArrayList<>();
        route("caravan.urgent", "", exchange -> order.add(exchange.getMessage().getBody(String.class)));
        await().atMost(SOON).until(() -> order.size() == 5);
        assertEquals(List.of("9", "9", "4", "1", "0"), order);
    }

    @Test
    void whatIsSentTwiceUnderOneIdentifierIsThereOnce() throws Exception {
        try (Connection connection = broker.pool().createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue("caravan.twice"))) {
            for (int i = 0; i < 2; i++) {
                Message message = session.createTextMessage("the same");
                message.setStringProperty("_AMQ_DUPL_ID", "batch-1/7/1");
                producer.send(message);
            }
        }
        assertEquals(1, state("caravan.twice").messages());
    }

    @Test
    void aPausedQueueTakesAndDoesNotGive() throws Exception {
        admin.create("caravan.paused");
        admin.create("caravan.paused");
        admin.pause("caravan.paused");
        List<Exchange> taken = new CopyOnWriteArrayList<>();
        route("caravan.paused", "?concurrentConsumers=2", taken::add);
        Brokers.send(broker, "caravan.paused", 3);
        await().atMost(SOON).until(() -> state("caravan.paused").consumers() == 2);
        QueueState paused = state("caravan.paused");
        assertTrue(paused.paused());
        assertEquals(List.of(3L, 0L, 3L, 0L),
                List.of(paused.messages(), paused.delivering(), paused.added(), paused.acknowledged()));
        assertTrue(paused.oldest().isPresent());
        assertEquals(0, taken.size());
        admin.resume("caravan.paused");
        await().atMost(SOON).until(() -> state("caravan.paused").acknowledged() == 3);
        assertEquals(3, taken.size());
        assertEquals(Optional.empty(), state("caravan.paused").oldest());
    }

    @Test
    void whatIsPurgedIsGone() throws Exception {
        Brokers.send(broker, "caravan.purged", 5);
        assertEquals(5, admin.purge("caravan.purged"));
        assertEquals(0, state("caravan.purged").messages());
    }

    @Test
    void aQueueThatIsNotThereIsTold() throws Exception {
        assertEquals(Optional.empty(), admin.state("caravan.none"));
        assertThrows(JMSException.class, () -> admin.pause("caravan.none"));
    }
}
