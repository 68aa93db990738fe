package dev.caravan.queue.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What has been sent to the queues and what is still to be. Several nodes may ask at the same time; each chunk is given to one of
 * them. A node says that it will send a chunk, sends it, and says that it has: a chunk whose sender died between the two is given
 * out again, under a new generation, so that what may have got out of the old one is stale. Thread-safe.
 */
public final class DispatchStore {
    /** How many rows of a batch that has been cancelled or has expired are settled in one transaction. */
    private static final int ROWS = 1_000;

    private final Database database;
    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final Duration sending;

    /** @param sending how long a node may take to send a chunk before it counts as dead */
    public DispatchStore(Database database, Clock clock, Duration sending) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.clock = clock;
        this.sending = sending;
    }

    /** The numbers of the batches that have not ended, oldest first. */
    public List<Long> open() {
        return jdbc.queryForList("select number from batch where state <> ? order by number", Long.class,
                BatchState.ENDED.column());
    }

    /**
     * The chunks of a batch that are to be sent now; whoever asks has to. There are none while enough of the batch waits in its queues,
     * or when another node has just asked.
     */
    public List<Chunk> mark(long batch) {
        return database.transaction(() -> {
            List<String> ids = jdbc.queryForList(
                    "select id from batch where number = ? and state = ? for update skip locked", String.class, batch,
                    BatchState.IN_PROGRESS.column());
            List<Chunk> chunks = new ArrayList<>();
            for (String id : ids) {
                markAgain(batch, id, chunks);
                lanes(batch).forEach(lane -> markNext(batch, id, lane, chunks));
            }
            return chunks;
        });
    }

    private record Lane(String name, int requests, int chunkSize, int sent) {
        boolean done() {
            return (long) sent * chunkSize >= requests;
        }
    }

    private List<Lane> lanes(long batch) {
        return jdbc.query("select lane, requests, chunk_size, chunks_sent from batch_lane where batch = ?",
                (row, index) -> new Lane(row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4)), batch);
    }

    private void markAgain(long batch, String id, List<Chunk> chunks) {
        jdbc.query("""
            select c.lane, c.chunk, c.generation, l.chunk_size from batch_chunk c
            join batch_lane l on l.batch = c.batch and l.lane = c.lane
            where c.batch = ? and c.sent_at is null and c.marked_at < ?""",
                (row, index) -> new Chunk(batch, id, row.getString(1), row.getInt(2), row.getInt(3) + 1,
                        positions(batch, row.getString(1), row.getInt(2), row.getInt(4))),
                batch, Columns.time(clock.instant().minus(sending))).forEach(chunk -> {
                    jdbc.update("""
                        update batch_chunk set generation = ?, marked_at = ?
                        where batch = ? and lane = ? and chunk = ?""", chunk.generation(),
                            Columns.time(clock.instant()), batch, chunk.lane(), chunk.number());
                    chunks.add(chunk);
                });
    }

    /** Sends the next chunk when half a chunk or less waits: the queue never runs dry, and nobody's batch fills it. */
    private void markNext(long batch, String id, Lane lane, List<Chunk> chunks) {
        if (lane.done()) {
            return;
        }
        int waiting = jdbc.queryForObject(
                "select count(*) from batch_request where batch = ? and lane = ? and position < ?", Integer.class,
                batch, lane.name(), lane.sent() * lane.chunkSize());
        if (waiting > lane.chunkSize() / 2) {
            return;
        }
        jdbc.update("insert into batch_chunk (batch, lane, chunk, generation, marked_at) values (?, ?, ?, 1, ?)",
                batch, lane.name(), lane.sent(), Columns.time(clock.instant()));
        jdbc.update("update batch_lane set chunks_sent = ? where batch = ? and lane = ?", lane.sent() + 1, batch,
                lane.name());
        chunks.add(new Chunk(batch, id, lane.name(), lane.sent(), 1,
                positions(batch, lane.name(), lane.sent(), lane.chunkSize())));
    }

    private List<Integer> positions(long batch, String lane, int chunk, int size) {
        return jdbc.queryForList("""
            select position from batch_request where batch = ? and lane = ? and position >= ? and position < ?
            order by position""", Integer.class, batch, lane, chunk * size, (chunk + 1) * size);
    }

    /** The chunk has been sent. */
    public void sent(Chunk chunk) {
        jdbc.update("update batch_chunk set sent_at = ? where batch = ? and lane = ? and chunk = ? and generation = ?",
                Columns.time(clock.instant()), chunk.batch(), chunk.lane(), chunk.number(), chunk.generation());
    }

    /** The chunk has surely not been sent: the next who asks is given it. */
    public void notSent(Chunk chunk) {
        jdbc.update(
                "update batch_chunk set marked_at = ? where batch = ? and lane = ? and chunk = ? and generation = ?",
                Columns.time(Instant.EPOCH), chunk.batch(), chunk.lane(), chunk.number(), chunk.generation());
    }

    /**
     * The messages of this queue are lost: the requests that it should have and that have no result are sent again.
     *
     * @param before only what was sent before this time; what is newer may be on its way
     * @return how many chunks are sent again
     */
    public int lost(String lane, Instant before) {
        return jdbc.update("""
            update batch_chunk set sent_at = null, marked_at = ? where lane = ? and sent_at < ?
            and batch in (select number from batch where state = ?)
            and exists (select 1 from batch_request r join batch_lane l on l.batch = r.batch and l.lane = r.lane
              where r.batch = batch_chunk.batch and r.lane = batch_chunk.lane
              and r.position >= batch_chunk.chunk * l.chunk_size
              and r.position < (batch_chunk.chunk + 1) * l.chunk_size)""", Columns.time(Instant.EPOCH), lane,
                Columns.time(before), BatchState.IN_PROGRESS.column());
    }

    /** Ends a batch, if it is one to end: all its requests have results, or it was cancelled, or it expired. */
    public void endIfDone(long batch) {
        expireIfDue(batch);
        ResultType rest = rest(batch).orElse(null);
        if (rest != null) {
            while (settleRest(batch, rest)) {
                // a thousand at a time, so that no transaction grows with the batch
            }
        }
        database.transaction(() -> end(batch));
    }

    /** A batch that expires is closed to work, as one that is cancelled is. */
    private void expireIfDue(long batch) {
        jdbc.update("update batch set state = ? where number = ? and state = ? and expires_at <= ?",
                BatchState.EXPIRING.column(), batch, BatchState.IN_PROGRESS.column(),
                Columns.time(clock.instant()));
    }

    /** What those requests come to that have no result, once no more work is done for the batch. */
    private Optional<ResultType> rest(long batch) {
        return jdbc.query("select state from batch where number = ?",
                (row, index) -> BatchState.ofColumn(row.getString(1)), batch).stream().flatMap(state -> switch (state) {
                    case CANCELING -> Stream.of(ResultType.CANCELED);
                    case EXPIRING -> Stream.of(ResultType.EXPIRED);
                    case IN_PROGRESS, ENDED -> Stream.empty();
                }).findFirst();
    }

    private record Row(String lane, int position, String customId) {}

    private boolean settleRest(long batch, ResultType type) {
        return database.transaction(() -> {
            List<Row> rows = jdbc.query("""
                select lane, position, custom_id from batch_request where batch = ?
                order by lane, position limit ? for update""",
                    (row, index) -> new Row(row.getString(1), row.getInt(2), row.getString(3)), batch, ROWS);
            List<Row> mine = rows.stream().filter(
                    row -> jdbc.update("delete from batch_request where batch = ? and lane = ? and position = ?",
                            batch, row.lane(), row.position()) == 1)
                    .toList();
            jdbc.batchUpdate("insert into batch_result (batch, custom_id, type, finished_at) values (?, ?, ?, ?)",
                    mine, ROWS, (statement, row) -> {
                        statement.setLong(1, batch);
                        statement.setString(2, row.customId());
                        statement.setString(3, type.wireName());
                        statement.setObject(4, Columns.time(clock.instant()));
                    });
            return !rows.isEmpty();
        });
    }

    private boolean end(long batch) {
        List<Long> open = jdbc.queryForList(
                "select number from batch where number = ? and state <> ? for update skip locked", Long.class, batch,
                BatchState.ENDED.column());
        if (open.isEmpty()
                || !jdbc.queryForList("select 1 from batch_request where batch = ? limit 1", batch).isEmpty()) {
            return false;
        }
        int[] counts = new int[ResultType.values().length];
        jdbc.query("select type, count(*) from batch_result where batch = ? group by type",
                row -> {
                    counts[ResultType.ofColumn(row.getString(1)).ordinal()] = row.getInt(2);
                }, batch);
        jdbc.update("delete from batch_chunk where batch = ?", batch);
        jdbc.update("""
            update batch set state = ?, ended_at = ?, succeeded = ?, errored = ?, canceled = ?, expired = ?
            where number = ?""", BatchState.ENDED.column(), Columns.time(clock.instant()),
                counts[ResultType.SUCCEEDED.ordinal()], counts[ResultType.ERRORED.ordinal()],
                counts[ResultType.CANCELED.ordinal()], counts[ResultType.EXPIRED.ordinal()], batch);
        return true;
    }
}
