package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Requests that wait for an answer, and the answers. A request has its row until its result is written, in the same transaction:
 * whoever deletes the row writes the result, so that there is always one and never two. Thread-safe.
 */
public final class WorkStore {
    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;

    public WorkStore(Database database, Clock clock) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
    }

    /**
     * The request that a message wakes up; empty when there is nothing to do: it has its result, its batch is no longer in progress,
     * or a later message stands for it.
     */
    public Optional<Work> take(Wakeup wakeup) {
        return Optional.ofNullable(DataAccessUtils.singleResult(jdbc.query("""
            select r.custom_id, r.retries, r.failed, r.body, r.large_body, b.id, b.owner, b.version, b.betas,
              b.expires_at
            from batch_request r
            join batch b on b.number = r.batch
            join batch_chunk c on c.batch = r.batch and c.lane = r.lane
            where r.batch = ? and r.lane = ? and r.position = ? and c.chunk = ? and c.generation = ? and b.state = ?
            """, (row, index) -> work(wakeup, row), wakeup.batch(), wakeup.lane(), wakeup.position(),
                wakeup.chunk(), wakeup.generation(), BatchState.IN_PROGRESS.column())));
    }

    private static Work work(Wakeup wakeup, ResultSet row) throws SQLException {
        String betas = row.getString("betas");
        return new Work(wakeup, row.getString("id"), row.getString("custom_id"), row.getString("owner"),
                ApiVersion.ofHeader(row.getString("version")), betas.isEmpty() ? List.of() : List.of(betas.split(",")),
                Columns.time(row, "expires_at"), row.getInt("retries"), row.getBoolean("failed"), Columns.body(row));
    }

    /**
     * Writes the result of a request.
     *
     * @param body the message or the error envelope, JSON in UTF-8
     * @return false when it has one already; nothing is written then
     */
    public boolean finish(Work work, ResultType type, byte[] body) {
        return database.transaction(() -> settle(work, type, body));
    }

    /**
     * A further attempt begins, and is counted here: the broker also counts the deliveries that did not get as far as the store.
     */
    public void retry(Work work) {
        note(work, "retries = retries + 1, failed = false");
    }

    /** This attempt has failed. */
    public void fail(Work work) {
        note(work, "failed = true");
    }

    /** This attempt does not count: the provider was not there, or the attempt was stopped. */
    public void defer(Work work) {
        note(work, "retries = retries - 1, failed = true");
    }

    private void note(Work work, String change) {
        Wakeup wakeup = work.wakeup();
        jdbc.update("update batch_request set " + change + " where batch = ? and lane = ? and position = ?",
                wakeup.batch(), wakeup.lane(), wakeup.position());
    }

    /**
     * Writes the result of a request that is given up, and keeps the request among the dead letters.
     *
     * @param envelope the error envelope, JSON in UTF-8
     * @param reason   what somebody who looks at it is told
     * @return false when it has a result already; nothing is written then
     */
    public boolean bury(Work work, byte[] envelope, int attempts, String reason) {
        return database.transaction(() -> {
            boolean mine = settle(work, ResultType.ERRORED, envelope);
            if (mine) {
                jdbc.update("""
                    insert into dead_letter (lane, source, batch, position, custom_id, attempts, reason, died_at,
                      body, large_body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", statement -> {
                    statement.setString(1, work.wakeup().lane());
                    statement.setString(2, work.batchId());
                    statement.setLong(3, work.wakeup().batch());
                    statement.setInt(4, work.wakeup().position());
                    statement.setString(5, work.customId());
                    statement.setInt(6, attempts);
                    statement.setString(7, reason.substring(0, Math.min(reason.length(), 1000)));
                    statement.setObject(8, Columns.time(clock.instant()));
                    Columns.body(statement, 9, work.params());
                });
            }
            return mine;
        });
    }

    private boolean settle(Work work, ResultType type, byte[] body) {
        Wakeup wakeup = work.wakeup();
        int deleted = jdbc.update("delete from batch_request where batch = ? and lane = ? and position = ?",
                wakeup.batch(), wakeup.lane(), wakeup.position());
        if (deleted == 0) {
            return false;
        }
        jdbc.update("""
            insert into batch_result (batch, custom_id, type, finished_at, body, large_body)
            values (?, ?, ?, ?, ?, ?)""", statement -> {
            statement.setLong(1, wakeup.batch());
            statement.setString(2, work.customId());
            statement.setString(3, type.wireName());
            statement.setObject(4, Columns.time(clock.instant()));
            Columns.body(statement, 5, body);
        });
        return true;
    }

    /** Which of these batches, by number, are not in progress any more; those that are gone included. */
    public Set<Long> stopped(Collection<Long> batches) {
        Set<Long> stopped = new HashSet<>(batches);
        for (long batch : batches) {
            if (jdbc.queryForObject("select count(*) from batch where number = ? and state = ?", Integer.class, batch,
                    BatchState.IN_PROGRESS.column()) > 0) {
                stopped.remove(batch);
            }
        }
        return stopped;
    }
}
