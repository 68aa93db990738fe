package dev.caravan.queue.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of queued work. */
class StoreTest {
    private static final NewBatch NEW = new NewBatch("me", ApiVersion.V2023_06_01, List.of("b-1", "b-2"),
            Duration.ofHours(24));

    @TempDir
    Path directory;
    private final TestClock clock = new TestClock();
    private Database database;
    private BatchStore batches;
    private WorkStore works;
    private DispatchStore dispatch;

    Database open(Path directory) throws Exception {
        return Database.embedded(directory.resolve("store"));
    }

    @BeforeEach
    void open() throws Exception {
        database = open(directory);
        batches = new BatchStore(database, clock, lane -> 10);
        works = new WorkStore(database, clock);
        dispatch = new DispatchStore(database, clock, Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Batch create(int size) {
        return batches.create(NEW, requests(size).iterator());
    }

    private static List<NewRequest> requests(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> new NewRequest("c" + i, "http", ("{\"n\":" + i + "}").getBytes(UTF_8))).toList();
    }

    /** Answers all that is given out, and returns how much that was. */
    private int workOff(Batch batch) {
        int done = 0;
        for (List<Chunk> chunks = dispatch.mark(batch.number()); !chunks.isEmpty(); chunks = dispatch
                .mark(batch.number())) {
            for (Chunk chunk : chunks) {
                dispatch.sent(chunk);
                for (Wakeup wakeup : chunk.wakeups()) {
                    Work work = works.take(wakeup).orElseThrow();
                    assertTrue(works.finish(work, ResultType.SUCCEEDED, work.params()));
                    done++;
                }
            }
        }
        return done;
    }

    private Batch found(Batch batch) {
        return batches.find(batch.id(), batch.owner()).orElseThrow();
    }

    @Test
    void theWholeLife() {
        Batch batch = create(25);
        assertEquals(BatchState.IN_PROGRESS, batch.state());
        assertEquals(new RequestCounts(25, 0, 0, 0, 0), batch.counts());
        assertEquals(batch.createdAt().plus(Duration.ofHours(24)), batch.expiresAt());
        assertEquals(0, batches.finished(batch));

        assertEquals(25, workOff(batch));
        assertEquals(25, batches.finished(batch));
        assertEquals(BatchState.IN_PROGRESS, found(batch).state(), "nobody has looked yet");

        dispatch.endIfDone(batch.number());
        Batch ended = found(batch);
        assertEquals(BatchState.ENDED, ended.state());
        assertEquals(new RequestCounts(0, 25, 0, 0, 0), ended.counts());
        assertEquals(clock.instant(), ended.endedAt());
        assertEquals(25, batches.finished(ended));
        assertEquals(List.of(), dispatch.open());
        List<BatchResult> results = batches.results(ended, "", 100);
        assertEquals(25, results.size());
        assertArrayEquals("{\"n\":0}".getBytes(UTF_8), results.getFirst().body());
        assertEquals("c9", batches.results(ended, "c8", 100).getFirst().customId());
    }

    @Test
    void aRequestKnowsItsClient() {
        Batch batch = create(1);
        Work work = works.take(dispatch.mark(batch.number()).getFirst().wakeups().getFirst()).orElseThrow();
        assertEquals(batch.id(), work.batchId());
        assertEquals("c0", work.customId());
        assertEquals("me", work.owner());
        assertEquals(ApiVersion.V2023_06_01, work.version());
        assertEquals(List.of("b-1", "b-2"), work.betas());
        assertEquals(batch.expiresAt(), work.expires());
    }

    @Test
    void nothingIsThereWhenReadingTheRequestsFails() {
        Iterator<NewRequest> failing = requests(600).stream().map(request -> {
            if (request.customId().equals("c550")) {
                throw new IllegalStateException("line 551");
            }
            return request;
        }).iterator();
        assertThrows(IllegalStateException.class, () -> batches.create(NEW, failing));
        assertEquals(List.of(), batches.newest("me", 10));
        assertEquals(List.of(), dispatch.open());
    }

    @Test
    void aLargeRequestAndALargeResult() {
        byte[] large = "x".repeat(3 << 20).getBytes(UTF_8);
        Batch batch = batches.create(NEW, List.of(new NewRequest("big", "http", large)).iterator());
        assertEquals(1, workOff(batch));
        assertArrayEquals(large, batches.results(batch, "", 1).getFirst().body());
    }

    @Test
    void aResultIsWrittenOnce() {
        Batch batch = create(1);
        Wakeup wakeup = dispatch.mark(batch.number()).getFirst().wakeups().getFirst();
        Work first = works.take(wakeup).orElseThrow();
        Work again = works.take(wakeup).orElseThrow();
        assertTrue(works.finish(first, ResultType.SUCCEEDED, "1".getBytes(UTF_8)));
        assertFalse(works.finish(again, ResultType.SUCCEEDED, "2".getBytes(UTF_8)));
        assertFalse(works.bury(again, "3".getBytes(UTF_8), 5, "no"));
        assertTrue(works.take(wakeup).isEmpty());
        assertArrayEquals("1".getBytes(UTF_8), batches.results(batch, "", 1).getFirst().body());
    }

    @Test
    void aBatchIsSentChunkByChunk() {
        Batch batch = create(25);
        List<Chunk> first = dispatch.mark(batch.number());
        assertEquals(10, first.getFirst().positions().size());
        assertEquals(List.of(), dispatch.mark(batch.number()), "ten wait");
        finish(first.getFirst().wakeups().subList(0, 4));
        assertEquals(List.of(), dispatch.mark(batch.number()), "six wait");
        finish(first.getFirst().wakeups().subList(4, 5));
        assertEquals(10, dispatch.mark(batch.number()).getFirst().positions().size());
        assertEquals(5, batches.finished(batch));
    }

    private void finish(List<Wakeup> wakeups) {
        wakeups.forEach(wakeup -> works.finish(works.take(wakeup).orElseThrow(), ResultType.SUCCEEDED, new byte[1]));
    }

    @Test
    void eachQueueHasItsOwnChunks() {
        List<NewRequest> requests = new ArrayList<>(requests(15));
        requests.add(new NewRequest("local", "exec", "{}".getBytes(UTF_8)));
        Batch batch = batches.create(NEW, requests.iterator());
        List<Chunk> chunks = dispatch.mark(batch.number());
        assertEquals(Set.of("http", "exec"), new HashSet<>(chunks.stream().map(Chunk::lane).toList()));
        assertEquals(11, chunks.stream().mapToInt(chunk -> chunk.positions().size()).sum());
    }

    @Test
    void aChunkWhoseSenderDiedIsSentAgainAndTheOldMessagesAreStale() {
        Batch batch = create(3);
        Chunk chunk = dispatch.mark(batch.number()).getFirst();
        finish(chunk.wakeups().subList(0, 1));
        clock.forward(Duration.ofSeconds(29));
        assertEquals(List.of(), dispatch.mark(batch.number()), "it may still be sending");
        clock.forward(Duration.ofSeconds(2));
        Chunk again = dispatch.mark(batch.number()).getFirst();
        assertEquals(List.of(1, 2), again.positions());
        assertTrue(works.take(chunk.wakeups().get(1)).isEmpty());
        assertTrue(works.take(again.wakeups().getFirst()).isPresent());
        dispatch.sent(again);
        clock.forward(Duration.ofHours(1));
        assertEquals(List.of(), dispatch.mark(batch.number()));
    }

    @Test
    void aChunkThatCouldNotBeSentIsGivenOutAtOnce() {
        Batch batch = create(3);
        dispatch.notSent(dispatch.mark(batch.number()).getFirst());
        assertEquals(3, dispatch.mark(batch.number()).getFirst().positions().size());
    }

    @Test
    void whatTheBrokerLostIsSentAgain() {
        Batch batch = create(12);
        Chunk chunk = dispatch.mark(batch.number()).getFirst();
        dispatch.sent(chunk);
        finish(chunk.wakeups().subList(0, 3));
        dispatch.lost("http", clock.instant());
        assertEquals(List.of(), dispatch.mark(batch.number()), "it has only just been sent");
        clock.forward(Duration.ofMinutes(1));
        dispatch.lost("http", clock.instant());
        Chunk again = dispatch.mark(batch.number()).getFirst();
        assertEquals(7, again.positions().size());
        assertEquals(2, again.generation());
    }

    @Test
    void aCancelledBatchKeepsWhatItHas() {
        Batch batch = create(25);
        Chunk chunk = dispatch.mark(batch.number()).getFirst();
        Work running = works.take(chunk.wakeups().getFirst()).orElseThrow();
        finish(chunk.wakeups().subList(1, 4));
        batches.cancel(batch);
        Batch canceling = found(batch);
        assertEquals(BatchState.CANCELING, canceling.state());
        assertEquals(clock.instant(), canceling.cancelInitiatedAt());
        assertEquals(Set.of(batch.number()), works.stopped(Set.of(batch.number())));
        assertTrue(works.take(chunk.wakeups().get(5)).isEmpty());
        dispatch.endIfDone(batch.number());
        assertEquals(new RequestCounts(0, 3, 0, 22, 0), found(batch).counts());
        assertFalse(works.finish(running, ResultType.SUCCEEDED, new byte[1]), "its result is that it was cancelled");
        batches.cancel(found(batch));
        assertEquals(BatchState.ENDED, found(batch).state());
    }

    @Test
    void whatIsNotDoneAfterADayExpires() {
        Batch batch = create(5);
        finish(dispatch.mark(batch.number()).getFirst().wakeups().subList(0, 2));
        clock.forward(Duration.ofHours(24));
        dispatch.endIfDone(batch.number());
        assertEquals(new RequestCounts(0, 2, 0, 0, 3), found(batch).counts());
        assertEquals(null, found(batch).cancelInitiatedAt());
    }

    @Test
    void whatIsGivenUpIsBuriedWithItsRequest() {
        Batch batch = create(1);
        Work work = works.take(dispatch.mark(batch.number()).getFirst().wakeups().getFirst()).orElseThrow();
        assertTrue(works.bury(work, "{}".getBytes(UTF_8), 5, "r".repeat(2000)));
        dispatch.endIfDone(batch.number());
        assertEquals(new RequestCounts(0, 0, 1, 0, 0), found(batch).counts());
        assertEquals(1, database.jdbc().queryForObject("select count(*) from dead_letter where custom_id = 'c0'",
                Integer.class));
    }

    @Test
    void aDeadLetterIsTriedAgain() {
        DeadLetterStore letters = new DeadLetterStore(database);
        Batch batch = create(25);
        Chunk chunk = dispatch.mark(batch.number()).getFirst();
        works.bury(works.take(chunk.wakeups().get(3)).orElseThrow(), "{}".getBytes(UTF_8), 5, "it died");
        finish(chunk.wakeups().stream().filter(wakeup -> wakeup.position() != 3).toList());
        assertEquals(1, letters.count());
        DeadLetter letter = letters.list(0, 10).getFirst();
        assertEquals(new DeadLetter(letter.id(), "http", batch.id(), "c3", 5, "it died", clock.instant()), letter);
        assertEquals(List.of(), letters.list(letter.id(), 10));
        assertEquals(DeadLetterStore.Retry.QUEUED, letters.retry(letter.id()));
        assertEquals(0, letters.count());
        assertEquals(DeadLetterStore.Retry.UNKNOWN, letters.retry(letter.id()));
        assertEquals(9, batches.finished(batch));
        assertEquals(16, workOff(batch));
        dispatch.endIfDone(batch.number());
        assertEquals(new RequestCounts(0, 25, 0, 0, 0), found(batch).counts());
    }

    @Test
    void aDeadLetterOfABatchThatHasEndedCanOnlyBeDropped() {
        DeadLetterStore letters = new DeadLetterStore(database);
        Batch batch = create(1);
        works.bury(works.take(dispatch.mark(batch.number()).getFirst().wakeups().getFirst()).orElseThrow(),
                "{}".getBytes(UTF_8), 5, "it died");
        dispatch.endIfDone(batch.number());
        long id = letters.list(0, 10).getFirst().id();
        assertEquals(DeadLetterStore.Retry.TOO_LATE, letters.retry(id));
        assertTrue(letters.drop(id));
        assertFalse(letters.drop(id));
    }

    @Test
    void howManyAttemptsCountIsKnown() {
        Batch batch = create(1);
        Wakeup wakeup = dispatch.mark(batch.number()).getFirst().wakeups().getFirst();
        assertEquals(0, works.take(wakeup).orElseThrow().retries());
        works.retry(works.take(wakeup).orElseThrow());
        assertEquals(1, works.take(wakeup).orElseThrow().retries());
        assertFalse(works.take(wakeup).orElseThrow().failed());
        works.defer(works.take(wakeup).orElseThrow());
        works.defer(works.take(wakeup).orElseThrow());
        assertEquals(-1, works.take(wakeup).orElseThrow().retries());
        assertTrue(works.take(wakeup).orElseThrow().failed());
    }

    @Test
    void othersBatchesAreNotThere() {
        Batch batch = create(1);
        assertTrue(batches.find(batch.id(), "you").isEmpty());
        assertEquals(List.of(), batches.newest("you", 10));
    }

    @Test
    void pages() {
        List<String> ids = IntStream.range(0, 5).mapToObj(i -> create(1).id()).toList();
        assertEquals(List.of(ids.get(4), ids.get(3)), ids(batches.newest("me", 2)));
        Batch third = batches.find(ids.get(2), "me").orElseThrow();
        assertEquals(List.of(ids.get(1), ids.get(0)), ids(batches.olderThan(third, 5)));
        assertEquals(List.of(ids.get(3)), ids(batches.newerThan(third, 1)));
        assertEquals(List.of(ids.get(4), ids.get(3)), ids(batches.newerThan(third, 5)));
    }

    private static List<String> ids(List<Batch> batches) {
        return batches.stream().map(Batch::id).toList();
    }

    @Test
    void onlyABatchThatHasEndedCanBeDeleted() {
        Batch batch = create(3);
        assertFalse(batches.delete(batch));
        workOff(batch);
        dispatch.endIfDone(batch.number());
        assertTrue(batches.delete(batch));
        assertTrue(batches.find(batch.id(), "me").isEmpty());
    }

    @Test
    void resultsAreKeptForSomeTime() {
        Batch batch = create(3);
        workOff(batch);
        dispatch.endIfDone(batch.number());
        clock.forward(Duration.ofDays(29));
        batches.archive(clock.instant().minus(Duration.ofDays(29)));
        assertEquals(3, batches.results(batch, "", 10).size());
        clock.forward(Duration.ofMillis(1));
        batches.archive(clock.instant().minus(Duration.ofDays(29)));
        assertEquals(clock.instant(), found(batch).archivedAt());
        assertEquals(List.of(), batches.results(batch, "", 10));
    }

    @Test
    void whatWasWrittenIsThereAfterTheNextStart() throws Exception {
        Batch batch = create(12);
        database.close();
        open();
        assertEquals(12, workOff(found(batch)));
    }

    private static final class TestClock extends Clock {
        private Instant now = Instant.parse("2026-11-20T10:00:00.123456Z");

        void forward(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
