package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The attempts at jobs. Of a job only the newest attempt may write: one that lost its message to another node, or whose job is over,
 * is told so by the next thing that it tries to write. Thread-safe.
 */
public final class JobWorkStore {
    private static final String OPEN = "state in ('queued', 'in_progress')";
    private static final String MINE = "number = ? and attempt = ? and state = 'in_progress'";

    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;

    public JobWorkStore(Database database, Clock clock) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
    }

    /**
     * Begins an attempt at the job that a message wakes up; empty when there is nothing to do: it is over, or a later message stands
     * for it. An attempt that has not come to an end is taken for dead: the broker would not give its message to another.
     */
    public Optional<JobWork> take(JobWakeup wakeup) {
        return database.transaction(() -> {
            Optional<JobWork> work = Optional.ofNullable(DataAccessUtils.singleResult(jdbc.query("""
                select j.*, r.body, r.large_body from job j join job_request r on r.job = j.number
                where j.number = ? and j.generation = ? and j.""" + OPEN + " for update", (row, index) -> work(row),
                    wakeup.job(), wakeup.generation())));
            work.ifPresent(this::begin);
            return work;
        });
    }

    private static JobWork work(ResultSet row) throws SQLException {
        String betas = row.getString("betas");
        int dead = JobState.ofColumn(row.getString("state")) == JobState.IN_PROGRESS ? 1 : 0;
        return new JobWork(row.getLong("number"), row.getString("id"), row.getString("lane"), row.getString("owner"),
                ApiVersion.ofHeader(row.getString("version")), betas.isEmpty() ? List.of() : List.of(betas.split(",")),
                row.getInt("attempt") + dead, row.getInt("deferred"), Columns.body(row));
    }

    private void begin(JobWork work) {
        jdbc.update("""
            update job set state = 'in_progress', attempt = ?, events = 0, started_at = coalesce(started_at, ?)
            where number = ?""", work.attempt(), Columns.time(clock.instant()), work.job());
        jdbc.update("delete from job_event where job = ? and attempt < ?", work.job(), work.attempt());
    }

    /**
     * Writes events behind those of the attempt that are there.
     *
     * @return false when the attempt has nothing to write any more; nothing is written then
     */
    public boolean append(JobWork work, List<JobEvent> events) {
        return database.transaction(() -> {
            int mine = jdbc.update("update job set events = ? where " + MINE, events.getLast().seq(), work.job(),
                    work.attempt());
            if (mine == 1) {
                insert(work, events);
            }
            return mine == 1;
        });
    }

    private void insert(JobWork work, List<JobEvent> events) {
        jdbc.batchUpdate("insert into job_event (job, attempt, seq, body, large_body) values (?, ?, ?, ?, ?)", events,
                Math.max(1, events.size()), (statement, event) -> {
                    statement.setLong(1, work.job());
                    statement.setInt(2, work.attempt());
                    statement.setInt(3, event.seq());
                    Columns.body(statement, 4, event.frame());
                });
    }

    /**
     * Writes the message that the job came to, with the last events of the attempt.
     *
     * @param message JSON in UTF-8
     * @return false when the attempt has nothing to write any more; nothing is written then
     */
    public boolean succeed(JobWork work, List<JobEvent> rest, byte[] message) {
        return database.transaction(() -> {
            boolean mine = settle(work, JobState.SUCCEEDED, message);
            if (mine && !rest.isEmpty()) {
                jdbc.update("update job set events = ? where number = ?", rest.getLast().seq(), work.job());
                insert(work, rest);
            }
            return mine;
        });
    }

    /**
     * Writes the failure that the job came to.
     *
     * @param envelope the error envelope, JSON in UTF-8
     * @return false when the attempt has nothing to write any more; nothing is written then
     */
    public boolean fail(JobWork work, byte[] envelope) {
        return database.transaction(() -> settle(work, JobState.ERRORED, envelope));
    }

    /**
     * Writes the failure of a job that is given up, and keeps its request among the dead letters.
     *
     * @param envelope the error envelope, JSON in UTF-8
     * @param reason   what somebody who looks at it is told
     * @return false when the attempt has nothing to write any more; nothing is written then
     */
    public boolean bury(JobWork work, byte[] envelope, int attempts, String reason) {
        return database.transaction(() -> {
            boolean mine = settle(work, JobState.ERRORED, envelope);
            if (mine) {
                jdbc.update("""
                    insert into dead_letter (lane, source, position, custom_id, attempts, reason, died_at, body,
                      large_body) values (?, ?, 0, '', ?, ?, ?, ?, ?)""", statement -> {
                    statement.setString(1, work.lane());
                    statement.setString(2, work.id());
                    statement.setInt(3, attempts);
                    statement.setString(4, reason.substring(0, Math.min(reason.length(), 1000)));
                    statement.setObject(5, Columns.time(clock.instant()));
                    Columns.body(statement, 6, work.request());
                });
            }
            return mine;
        });
    }

    private boolean settle(JobWork work, JobState state, byte[] body) {
        int mine = jdbc.update("update job set state = ?, ended_at = ? where " + MINE, state.wireName(),
                Columns.time(clock.instant()), work.job(), work.attempt());
        if (mine == 0) {
            return false;
        }
        jdbc.update("delete from job_request where job = ?", work.job());
        jdbc.update("insert into job_result (job, body, large_body) values (?, ?, ?)", statement -> {
            statement.setLong(1, work.job());
            Columns.body(statement, 2, body);
        });
        return true;
    }

    /**
     * The attempt has failed and another one is to be made, when the broker delivers its message again.
     *
     * @return false when there is nothing more to be done for the job, or another attempt is made already
     */
    public boolean again(JobWork work) {
        return queue(work, 0);
    }

    /**
     * As {@link #again}, but the attempt does not count: its provider was not there, or its node is being stopped.
     *
     * @return false when there is nothing more to be done for the job, or another attempt is made already
     */
    public boolean defer(JobWork work) {
        return queue(work, 1);
    }

    private boolean queue(JobWork work, int deferred) {
        return database.transaction(() -> {
            boolean mine = jdbc.update("""
                update job set state = 'queued', attempt = ?, events = 0, deferred = deferred + ? where
                """ + MINE,
                    work.attempt() + 1, deferred, work.job(), work.attempt()) == 1;
            if (mine) {
                jdbc.update("delete from job_event where job = ? and attempt = ?", work.job(), work.attempt());
            }
            return mine;
        });
    }
}
