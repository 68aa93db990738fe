package dev.caravan.queue.store;

import dev.caravan.testkit.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The tables of single jobs in PostgreSQL. */
class PostgresJobStoreTest extends JobStoreTest {
    private static PostgresServer server;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Database open(Path directory) {
        Database database = Database.postgresql(server.url(), PostgresServer.USER, PostgresServer.PASSWORD);
        database.jdbc().execute("truncate job, dead_letter cascade");
        return database;
    }
}
