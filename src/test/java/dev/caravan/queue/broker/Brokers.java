package dev.caravan.queue.broker;

import dev.caravan.config.QueueConfig;
import dev.caravan.config.QueueConfig.Lanes;
import dev.caravan.config.QueueConfig.Redelivery;
import dev.caravan.config.QueueConfig.Remote;
import dev.caravan.config.Secret;
import dev.caravan.testkit.ExternalBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Brokers with short delays, and what tests do with any of them. */
final class Brokers {
    static final int ATTEMPTS = 3;
    private static final Redelivery SOON = new Redelivery(Duration.ofMillis(100), 2, Duration.ofSeconds(1));
    /** The same for {@code broker.xml}. */
    static final Map<String, String> SETTINGS = Map.of("caravan.attempts", String.valueOf(ATTEMPTS),
            "caravan.redelivery.delay", "100", "caravan.redelivery.most", "1000");

    private Brokers() {}

    static Broker embedded(Path directory) {
        return new Broker(
                new QueueConfig(directory, Optional.empty(), Optional.empty(), Lanes.DEFAULT, QueueConfig.DEFAULT_SHARE,
                        ATTEMPTS, SOON));
    }

    static Broker of(ExternalBroker external) {
        Remote remote = new Remote(external.url(), Optional.of(ExternalBroker.USER),
                Optional.of(Secret.of(ExternalBroker.PASSWORD)));
        return new Broker(new QueueConfig(Path.of("unused"), Optional.of(remote), Optional.empty(), Lanes.DEFAULT,
                QueueConfig.DEFAULT_SHARE, ATTEMPTS, SOON));
    }

    static QueueAdmin admin(Broker broker) {
        return new QueueAdmin(broker.pool(), Duration.ofSeconds(20));
    }

    /** Sends {@code 0}, {@code 1}, … in one transaction. */
    static void send(Broker broker, String queue, int count) throws JMSException {
        try (Connection connection = broker.pool().createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            for (int i = 0; i < count; i++) {
                producer.send(session.createTextMessage(String.valueOf(i)));
            }
            session.commit();
        }
    }

    /** Takes so many messages, and answers how many different texts they had. */
    static int receive(Broker broker, String queue, int count) throws JMSException {
        Set<String> texts = new HashSet<>();
        try (Connection connection = broker.pool().createConnection()) {
            connection.start();
            try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                    MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
                for (int i = 0; i < count && consumer.receive(20_000) instanceof TextMessage message; i++) {
                    texts.add(message.getText());
                }
                session.commit();
            }
        }
        return texts.size();
    }
}
