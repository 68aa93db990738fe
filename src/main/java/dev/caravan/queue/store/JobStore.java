package dev.caravan.queue.store;

import dev.caravan.message.Ids;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** Jobs as their owners see them. What belongs to another owner is not there. Thread-safe. */
public final class JobStore {
    /** How many rows are asked for at a time. */
    private static final int ROWS = 500;

    private static final RowMapper<Job> JOB = (row, index) -> new Job(row.getLong("number"), row.getString("id"),
            row.getString("owner"), JobState.ofColumn(row.getString("state")), Columns.time(row, "created_at"),
            Columns.time(row, "started_at"), Columns.time(row, "ended_at"), Columns.time(row, "expires_at"));

    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;

    public JobStore(Database database, Clock clock) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
    }

    /** Creates a job. Whoever does has to send its wake-up, or to say that it cannot. */
    public JobWakeup create(NewJob job) {
        String id = Ids.job();
        return database.transaction(() -> {
            Instant now = clock.instant();
            jdbc.update("""
                insert into job (id, owner, version, betas, lane, state, attempt, events, generation, marked_at,
                  created_at, expires_at) values (?, ?, ?, ?, ?, ?, 1, 0, 1, ?, ?, ?)""", id, job.owner(),
                    job.version().wireName(), String.join(",", job.betas()), job.lane(), JobState.QUEUED.wireName(),
                    Columns.time(now), Columns.time(now), Columns.time(now.plus(job.life())));
            long number = jdbc.queryForObject("select number from job where id = ?", Long.class, id);
            jdbc.update("insert into job_request (job, body, large_body) values (?, ?, ?)", statement -> {
                statement.setLong(1, number);
                Columns.body(statement, 2, job.request());
            });
            return new JobWakeup(number, id, job.lane(), 1);
        });
    }

    /** The job of that id. */
    public Optional<Job> find(String id, String owner) {
        return Optional.ofNullable(DataAccessUtils
                .singleResult(jdbc.query("select * from job where id = ? and owner = ?", JOB, id, owner)));
    }

    /** The newest jobs of the owner. */
    public List<Job> newest(String owner, int most) {
        return jdbc.query("select * from job where owner = ? order by number desc limit ?", JOB, owner, most);
    }

    /** The jobs of the owner that are older than this one, newest first. */
    public List<Job> olderThan(Job job, int most) {
        return jdbc.query("select * from job where owner = ? and number < ? order by number desc limit ?", JOB,
                job.owner(), job.number(), most);
    }

    /** The jobs of the owner that are newer than this one and next to it, newest first. */
    public List<Job> newerThan(Job job, int most) {
        List<Job> jobs = jdbc.query("select * from job where owner = ? and number > ? order by number limit ?", JOB,
                job.owner(), job.number(), most);
        Collections.reverse(jobs);
        return jobs;
    }

    /** Cancels a job; one that is over stays as it is. */
    public void cancel(Job job) {
        database.transaction(() -> {
            int mine = jdbc.update("update job set state = ?, ended_at = ? where number = ? and state in (?, ?)",
                    JobState.CANCELED.wireName(), Columns.time(clock.instant()), job.number(),
                    JobState.QUEUED.wireName(), JobState.IN_PROGRESS.wireName());
            return mine == 1 ? jdbc.update("delete from job_request where job = ?", job.number()) : 0;
        });
    }

    /** The message or the error envelope that the job came to, JSON in UTF-8; empty when it has no result. */
    public Optional<byte[]> result(Job job) {
        return Optional.ofNullable(DataAccessUtils.singleResult(
                jdbc.query("select body, large_body from job_result where job = ?",
                        (row, index) -> Columns.body(row), job.number())));
    }

    /** How far a job is; empty when it is gone. */
    public Optional<JobProgress> progress(long job) {
        return Optional.ofNullable(progress(List.of(job)).get(job));
    }

    /** How far these jobs are, by their numbers; one that is gone is not in it. */
    public Map<Long, JobProgress> progress(Collection<Long> jobs) {
        Map<Long, JobProgress> progress = new HashMap<>();
        List<Long> numbers = List.copyOf(jobs);
        for (int from = 0; from < numbers.size(); from += ROWS) {
            Object[] some = numbers.subList(from, Math.min(from + ROWS, numbers.size())).toArray();
            String places = String.join(", ", Collections.nCopies(some.length, "?"));
            jdbc.query("select number, state, attempt, events from job where number in (" + places + ")", row -> {
                progress.put(row.getLong(1),
                        new JobProgress(JobState.ofColumn(row.getString(2)), row.getInt(3), row.getInt(4)));
            }, some);
        }
        return progress;
    }

    /**
     * Events of an attempt in their order.
     *
     * @param after how many to leave out
     * @param most  how many at most
     */
    public List<JobEvent> events(long job, int attempt, int after, int most) {
        return jdbc.query("""
            select seq, body, large_body from job_event where job = ? and attempt = ? and seq > ?
            order by seq limit ?""", (row, index) -> new JobEvent(row.getInt(1), Columns.body(row)), job, attempt,
                after, most);
    }
}
