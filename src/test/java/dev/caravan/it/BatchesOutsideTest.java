package dev.caravan.it;

import dev.caravan.testkit.ExternalBroker;
import dev.caravan.testkit.PostgresServer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same life with PostgreSQL as the store, and a broker that is a process of its own. */
class BatchesOutsideTest extends BatchesTest {
    private PostgresServer store;
    private ExternalBroker broker;

    @BeforeAll
    @Override
    void startGateway() {
        store = PostgresServer.start();
        broker = ExternalBroker.start(directory, Map.of());
        super.startGateway();
    }

    @Override
    protected String config() {
        return super.config().replace("queue:\n", """
            queue:
              store: "%s"
              store-user: %s
              store-password: %s
              broker: "%s"
              broker-user: %s
              broker-password: %s
            """.formatted(store.url(), PostgresServer.USER, PostgresServer.PASSWORD, broker.url(),
                ExternalBroker.USER, ExternalBroker.PASSWORD));
    }

    @AfterAll
    @Override
    void stopGateway() throws IOException {
        if (gateway != null) {
            super.stopGateway();
        }
        if (broker != null) {
            broker.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
