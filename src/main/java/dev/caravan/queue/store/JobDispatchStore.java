package dev.caravan.queue.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Which jobs' messages have been sent and which are still to be, and what becomes of jobs as time goes by. Several nodes may ask at
 * the same time. Whoever creates a job sends its message and says that it has; a job whose sender died between the two is given out
 * again, under a new generation, so that a message that got out nevertheless is stale. Thread-safe.
 */
public final class JobDispatchStore {
    private static final String OPEN = "state in ('queued', 'in_progress')";
    /** How many rows are changed in one transaction. */
    private static final int ROWS = 100;

    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final Duration sending;

    /** @param sending how long a node may take to send a message before it counts as dead */
    public JobDispatchStore(Database database, Clock clock, Duration sending) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
        this.sending = sending;
    }

    /** Whether there are jobs that are not over. */
    public boolean open() {
        return !jdbc.queryForList("select 1 from job where " + OPEN + " limit 1").isEmpty();
    }

    /** The wake-ups that are to be sent now, not all at once; whoever asks has to. */
    public List<JobWakeup> mark() {
        return database.transaction(() -> {
            Instant now = clock.instant();
            List<JobWakeup> wakeups = jdbc.query(
                    "select number, id, lane, generation from job where " + OPEN
                            + " and sent_at is null and marked_at < ? order by number limit ? for update skip locked",
                    (row, index) -> new JobWakeup(row.getLong(1), row.getString(2), row.getString(3),
                            row.getInt(4) + 1),
                    Columns.time(now.minus(sending)), ROWS);
            wakeups.forEach(wakeup -> jdbc.update("update job set generation = ?, marked_at = ? where number = ?",
                    wakeup.generation(), Columns.time(now), wakeup.job()));
            return wakeups;
        });
    }

    /** The message has been sent. */
    public void sent(JobWakeup wakeup) {
        jdbc.update("update job set sent_at = ? where number = ? and generation = ?", Columns.time(clock.instant()),
                wakeup.job(), wakeup.generation());
    }

    /** The message has surely not been sent: the next who asks is given it. */
    public void notSent(JobWakeup wakeup) {
        jdbc.update("update job set marked_at = ? where number = ? and generation = ?", Columns.time(Instant.EPOCH),
                wakeup.job(), wakeup.generation());
    }

    /**
     * The messages of this queue are lost: those of jobs that are not over are sent again.
     *
     * @param before only what was sent before this time; what is newer may be on its way
     * @return how many
     */
    public int lost(String lane, Instant before) {
        return jdbc.update("update job set sent_at = null, marked_at = ? where lane = ? and sent_at < ? and " + OPEN,
                Columns.time(Instant.EPOCH), lane, Columns.time(before));
    }

    /** Ends the jobs whose time is over. */
    public void expire() {
        database.transaction(() -> {
            Instant now = clock.instant();
            List<Long> late = jdbc.queryForList("select number from job where " + OPEN
                    + " and expires_at <= ? order by number limit ? for update skip locked", Long.class,
                    Columns.time(now), ROWS);
            for (long job : late) {
                jdbc.update("update job set state = ?, ended_at = ? where number = ?", JobState.EXPIRED.wireName(),
                        Columns.time(now), job);
                jdbc.update("delete from job_request where job = ?", job);
            }
            return late.size();
        });
    }

    /** Deletes jobs that were created before this time and are over, with all that belongs to them. */
    public void delete(Instant createdBefore) {
        database.transaction(() -> {
            List<String> old = jdbc.queryForList("select id from job where not " + OPEN
                    + " and created_at < ? order by created_at limit ? for update skip locked", String.class,
                    Columns.time(createdBefore), ROWS);
            for (String job : old) {
                jdbc.update("delete from dead_letter where source = ?", job);
                jdbc.update("delete from job where id = ?", job);
            }
            return old.size();
        });
    }
}
