package dev.caravan.queue.store;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** Requests that were given up, for operators. Thread-safe. */
public final class DeadLetterStore {
    private static final RowMapper<DeadLetter> LETTER = (row, index) -> new DeadLetter(row.getLong("id"),
            row.getString("lane"), row.getString("source"), row.getString("custom_id"), row.getInt("attempts"),
            row.getString("reason"), Columns.time(row, "died_at"));

    private final Database database;
    private final JdbcTemplate jdbc;

    public DeadLetterStore(Database database) {
        this.database = database;
        this.jdbc = database.jdbc();
    }

    /** What became of asking for one to be tried again. */
    public enum Retry {
        /** It waits in its queue. */
        QUEUED,
        /** Its batch has ended, or it was a single job: the failure is its result for good. */
        TOO_LATE,
        /** There is none of that id. */
        UNKNOWN
    }

    /** Those with higher ids than this one, in their order. */
    public List<DeadLetter> list(long after, int most) {
        return jdbc.query("select * from dead_letter where id > ? order by id limit ?", LETTER, after, most);
    }

    /** How many there are. */
    public int count() {
        return jdbc.queryForObject("select count(*) from dead_letter", Integer.class);
    }

    /** Takes back the result of a request, and has the request tried again with all its attempts. */
    public Retry retry(long id) {
        return database.transaction(() -> {
            List<Long> batches = jdbc.queryForList("select batch from dead_letter where id = ? for update", Long.class,
                    id);
            if (batches.isEmpty()) {
                return Retry.UNKNOWN;
            }
            if (batches.getFirst() == null) {
                return Retry.TOO_LATE; // a single job, whose client has been told
            }
            long batch = batches.getFirst();
            boolean open = !jdbc.queryForList("select 1 from batch where number = ? and state = ? for update", batch,
                    BatchState.IN_PROGRESS.column()).isEmpty();
            if (!open) {
                return Retry.TOO_LATE;
            }
            queueAgain(id, batch);
            return Retry.QUEUED;
        });
    }

    /** At the end of its queue, behind what has been sent there, where the next chunk to be sent begins. */
    private void queueAgain(long id, long batch) {
        jdbc.update("""
            update batch_lane set requests = greatest(requests, chunks_sent * chunk_size) + 1
            where batch = ? and lane = (select lane from dead_letter where id = ?)""", batch, id);
        jdbc.update("""
            insert into batch_request (batch, lane, position, custom_id, body, large_body)
            select d.batch, d.lane, l.requests - 1, d.custom_id, d.body, d.large_body
            from dead_letter d join batch_lane l on l.batch = d.batch and l.lane = d.lane where d.id = ?""", id);
        jdbc.update("""
            delete from batch_result where batch = ?
            and custom_id = (select custom_id from dead_letter where id = ?)""", batch, id);
        drop(id);
    }

    /** @return whether there was one of that id */
    public boolean drop(long id) {
        return jdbc.update("delete from dead_letter where id = ?", id) > 0;
    }
}
