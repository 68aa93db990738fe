package dev.caravan.queue.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The database of queued work: PostgreSQL, or H2 in a file of its own, with the tables that this version of Caravan needs.
 * Thread-safe.
 */
public final class Database implements AutoCloseable {
    /** The bytes that a column keeps in its row; more go to the column beside it. H2's limit. */
    static final int IN_ROW = 1 << 20;

    // WRITE_DELAY: with its usual half a second, H2 loses what it has committed in that time to a kill.
    private static final String H2 = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0"
            + ";DB_CLOSE_ON_EXIT=FALSE";
    private static final int CONNECTIONS = 20;
    private static final long CONNECTION_TIMEOUT_MILLIS = 10_000;

    private final HikariDataSource pool;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;

    private Database(HikariConfig settings, Map<String, String> types) {
        pool = new HikariDataSource(settings);
        try {
            Flyway.configure().dataSource(pool).locations("classpath:db/migration").placeholders(types).load()
                    .migrate();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        jdbc = new JdbcTemplate(pool);
        transactions = new TransactionTemplate(new DataSourceTransactionManager(pool));
    }

    /**
     * Opens the file, and makes it when it is not there.
     *
     * @param file its path without the ending {@code .mv.db}
     * @throws RuntimeException when it cannot be opened, for example because another process has
     */
    public static Database embedded(Path file) {
        // async: an interrupt, which is how a call is cancelled, closes the file for all if it meets a thread in one of H2's usual reads.
        HikariConfig settings = settings("jdbc:h2:async:" + file.toAbsolutePath() + H2);
        settings.setExceptionOverride(new WhenClosed());
        return new Database(settings, Map.of("bytes", "varbinary(" + IN_ROW + ")", "large", "binary large object"));
    }

    /**
     * Connects to PostgreSQL.
     *
     * @param url  as in {@code jdbc:postgresql://host/database}
     * @param user null when the URL says it
     * @throws RuntimeException when it cannot be reached
     */
    public static Database postgresql(String url, String user, String password) {
        HikariConfig settings = settings(url);
        settings.setUsername(user);
        settings.setPassword(password);
        settings.addDataSourceProperty("reWriteBatchedInserts", "true");
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        return new Database(settings, Map.of("bytes", "bytea", "large", "bytea"));
    }

    private static HikariConfig settings(String url) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName("caravan-store");
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(CONNECTIONS);
        settings.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        return settings;
    }

    /**
     * H2 closes its file when it cannot write, for example to a full disk. Connections to it are of no use then; a new one opens it
     * again.
     */
    private static final class WhenClosed implements SQLExceptionOverride {
        private static final int OBJECT_CLOSED = 90007;
        private static final int DATABASE_IS_CLOSED = 90098;
        private static final int DATABASE_CALLED_AT_SHUTDOWN = 90121;
        private static final Set<Integer> CODES = Set.of(OBJECT_CLOSED, DATABASE_IS_CLOSED,
                DATABASE_CALLED_AT_SHUTDOWN);

        @java.lang.Override
        public Override adjudicate(SQLException failure) {
            return CODES.contains(failure.getErrorCode()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    /** What the work returns, its changes committed; when it throws, nothing has been changed. */
    <T> T transaction(Supplier<T> work) {
        return transactions.execute(status -> work.get());
    }

    @Override
    public void close() {
        pool.close();
    }
}
