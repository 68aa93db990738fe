package dev.caravan.queue.store;

import dev.caravan.message.Ids;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** Message Batches as their owners see them. What belongs to another owner is not there. Thread-safe. */
public final class BatchStore {
    /** How many rows go to the database, or come from it, at a time. */
    private static final int ROWS = 500;
    /** From how many bytes on fewer rows do. */
    private static final int BYTES = 4 << 20;

    private static final RowMapper<Batch> BATCH = (row, index) -> {
        BatchState state = BatchState.ofColumn(row.getString("state"));
        RequestCounts counts = state == BatchState.ENDED
                ? new RequestCounts(0, row.getInt("succeeded"), row.getInt("errored"), row.getInt("canceled"),
                        row.getInt("expired"))
                : new RequestCounts(row.getInt("requests"), 0, 0, 0, 0);
        return new Batch(row.getLong("number"), row.getString("id"), row.getString("owner"), state, counts,
                Columns.time(row, "created_at"), Columns.time(row, "expires_at"), Columns.time(row, "ended_at"),
                Columns.time(row, "cancel_initiated_at"), Columns.time(row, "archived_at"));
    };
    private static final RowMapper<BatchResult> RESULT = (row, index) -> new BatchResult(row.getString("custom_id"),
            ResultType.ofColumn(row.getString("type")), Columns.body(row));

    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final ToIntFunction<String> chunkSize;

    /** @param chunkSize how many requests are sent to a queue of that name at a time */
    public BatchStore(Database database, Clock clock, ToIntFunction<String> chunkSize) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
        this.chunkSize = chunkSize;
    }

    /**
     * Creates a batch of these requests in one transaction, reading them one by one. When reading them throws, there is no batch.
     */
    public Batch create(NewBatch batch, Iterator<NewRequest> requests) {
        String id = Ids.batch();
        database.transaction(() -> {
            long number = insert(id, batch);
            Map<String, Integer> lanes = insertRequests(number, requests);
            lanes.forEach((lane, size) -> jdbc.update(
                    "insert into batch_lane (batch, lane, requests, chunk_size) values (?, ?, ?, ?)", number, lane,
                    size, chunkSize.applyAsInt(lane)));
            return jdbc.update("update batch set requests = ? where number = ?",
                    lanes.values().stream().mapToInt(Integer::intValue).sum(), number);
        });
        return find(id, batch.owner()).orElseThrow();
    }

    private long insert(String id, NewBatch batch) {
        Instant now = clock.instant();
        jdbc.update("""
            insert into batch (id, owner, version, betas, state, requests, created_at, expires_at)
            values (?, ?, ?, ?, ?, 0, ?, ?)""", id, batch.owner(), batch.version().wireName(),
                String.join(",", batch.betas()), BatchState.IN_PROGRESS.column(), Columns.time(now),
                Columns.time(now.plus(batch.life())));
        return jdbc.queryForObject("select number from batch where id = ?", Long.class, id);
    }

    private Map<String, Integer> insertRequests(long batch, Iterator<NewRequest> requests) {
        Map<String, Integer> lanes = new HashMap<>();
        List<NewRequest> rows = new ArrayList<>(ROWS);
        int bytes = 0;
        while (requests.hasNext()) {
            NewRequest next = requests.next();
            rows.add(next);
            bytes += next.params().length;
            if (rows.size() == ROWS || bytes >= BYTES || !requests.hasNext()) {
                jdbc.batchUpdate("""
                    insert into batch_request (batch, lane, position, custom_id, body, large_body)
                    values (?, ?, ?, ?, ?, ?)""", rows, ROWS, (statement, request) -> {
                    statement.setLong(1, batch);
                    statement.setString(2, request.lane());
                    statement.setInt(3, lanes.merge(request.lane(), 1, Integer::sum) - 1);
                    statement.setString(4, request.customId());
                    Columns.body(statement, 5, request.params());
                });
                rows.clear();
                bytes = 0;
            }
        }
        return lanes;
    }

    /** The batch of that id. */
    public Optional<Batch> find(String id, String owner) {
        return Optional.ofNullable(DataAccessUtils
                .singleResult(jdbc.query("select * from batch where id = ? and owner = ?", BATCH, id, owner)));
    }

    /** The newest batches of the owner. */
    public List<Batch> newest(String owner, int most) {
        return jdbc.query("select * from batch where owner = ? order by number desc limit ?", BATCH, owner, most);
    }

    /** The batches of the owner that are older than this one, newest first. */
    public List<Batch> olderThan(Batch batch, int most) {
        return jdbc.query("select * from batch where owner = ? and number < ? order by number desc limit ?", BATCH,
                batch.owner(), batch.number(), most);
    }

    /** The batches of the owner that are newer than this one and next to it, newest first. */
    public List<Batch> newerThan(Batch batch, int most) {
        List<Batch> batches = jdbc.query("select * from batch where owner = ? and number > ? order by number limit ?",
                BATCH, batch.owner(), batch.number(), most);
        Collections.reverse(batches);
        return batches;
    }

    /** How many requests have a result, those of a batch that has not ended included. */
    public int finished(Batch batch) {
        if (batch.state() == BatchState.ENDED) {
            return batch.counts().total();
        }
        // Counted from what has been sent, which is little, not from the results, which are many.
        Integer left = jdbc.queryForObject("""
            select l.rest + count(r.position) from (
              select batch, sum(greatest(requests - chunks_sent * chunk_size, 0)) as rest
              from batch_lane where batch = ? group by batch) l
            left join batch_lane s on s.batch = l.batch
            left join batch_request r on r.batch = s.batch and r.lane = s.lane
              and r.position < s.chunks_sent * s.chunk_size
            group by l.rest""", Integer.class, batch.number());
        return Math.max(0, batch.counts().processing() - left);
    }

    /** Asks for the cancellation of a batch; one that is being cancelled or has ended stays as it is. */
    public void cancel(Batch batch) {
        jdbc.update("update batch set state = ?, cancel_initiated_at = ? where number = ? and state = ?",
                BatchState.CANCELING.column(), Columns.time(clock.instant()), batch.number(),
                BatchState.IN_PROGRESS.column());
    }

    /**
     * Deletes a batch that has ended, with its results.
     *
     * @return whether it has; otherwise it is still there
     */
    public boolean delete(Batch batch) {
        boolean ended = jdbc.queryForObject("select count(*) from batch where number = ? and state = ?", Integer.class,
                batch.number(), BatchState.ENDED.column()) == 1;
        if (ended) {
            deleteResults(batch.number());
            jdbc.update("delete from batch where number = ?", batch.number());
        }
        return ended;
    }

    /** Deletes the results of batches that were created before this time and have ended; the batches stay. */
    public void archive(Instant createdBefore) {
        List<Long> old = jdbc.queryForList(
                "select number from batch where state = ? and archived_at is null and created_at < ?", Long.class,
                BatchState.ENDED.column(), Columns.time(createdBefore));
        for (long batch : old) {
            jdbc.update("update batch set archived_at = ? where number = ?", Columns.time(clock.instant()), batch);
            deleteResults(batch);
        }
    }

    private void deleteResults(long batch) {
        while (jdbc.update("""
            delete from batch_result where batch = ? and custom_id in (
              select custom_id from batch_result where batch = ? order by custom_id limit 1000)""", batch,
                batch) > 0) {
            // a thousand at a time, so that no transaction grows with the batch
        }
    }

    /**
     * Results in the order of their custom ids.
     *
     * @param after the custom id behind which they begin, empty for the first ones
     * @param most how many at most
     */
    public List<BatchResult> results(Batch batch, String after, int most) {
        return jdbc.query("""
            select custom_id, type, body, large_body from batch_result where batch = ? and custom_id > ?
            order by custom_id limit ?""", RESULT, batch.number(), after, most);
    }
}
