package dev.caravan.queue.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.testkit.ExternalBroker;
import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a broker outside, with examples/deploy/broker.xml")
class ExternalBrokerTest extends BrokerContract {
    @TempDir
    private static Path directory;
    private static ExternalBroker external;

    @BeforeAll
    static void startExternal() {
        external = ExternalBroker.start(directory, Brokers.SETTINGS);
    }

    @AfterAll
    static void stopExternal() {
        if (external != null) {
            external.close();
        }
    }

    @Override
    Broker broker() {
        return Brokers.of(external);
    }

    @Test
    void whatWasSentIsThereAfterAKill() throws Exception {
        Brokers.send(broker, "caravan.kept", 1_000);
        external.kill();
        assertThrows(JMSException.class, () -> Brokers.send(broker, "caravan.kept", 1));
        external.restart();
        assertEquals(1_000, admin.state("caravan.kept").orElseThrow().messages());
        assertEquals(1_000, Brokers.receive(broker, "caravan.kept", 1_000));
    }

    @Test
    void consumersComeBackWhenTheBrokerDoes() throws Exception {
        Set<String> taken = ConcurrentHashMap.newKeySet();
        route("caravan.back", "?concurrentConsumers=4",
                exchange -> taken.add(exchange.getMessage().getBody(String.class)));
        Brokers.send(broker, "caravan.back", 10);
        await().atMost(Duration.ofSeconds(60)).until(() -> taken.size() == 10);
        external.kill();
        external.restart();
        Brokers.send(broker, "caravan.back", 20);
        await().atMost(Duration.ofSeconds(60)).until(() -> taken.size() == 20);
    }
}
