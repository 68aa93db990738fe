package dev.caravan.queue.store;

import dev.caravan.testkit.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same tables in PostgreSQL, where it is installed: one server, a schema for each test. */
class PostgresStoreTest extends StoreTest {
    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Database open(Path directory) throws SQLException {
        String schema = "test" + directory.getFileName().toString().replaceAll("[^0-9]", "");
        try (Connection connection = DriverManager.getConnection(server.url(), PostgresServer.USER,
                PostgresServer.PASSWORD); Statement statement = connection.createStatement()) {
            statement.execute("create schema if not exists " + schema);
        }
        return Database.postgresql(server.url() + "?currentSchema=" + schema, PostgresServer.USER,
                PostgresServer.PASSWORD);
    }
}
