package dev.caravan.queue.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of single jobs. */
class JobStoreTest {
    private static final byte[] REQUEST = bytes("{\"model\":\"m\"}");
    private static final byte[] MESSAGE = bytes("{ \"id\" : \"msg_1\" }\n");
    private static final byte[] ENVELOPE = bytes("{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}");

    @TempDir
    Path directory;
    private final NudgedClock clock = new NudgedClock();
    private Database database;
    private JobStore jobs;
    private JobWorkStore works;
    private JobDispatchStore dispatch;

    /** The time of a test, in the microseconds that databases keep. */
    private static final class NudgedClock extends Clock {
        private Instant now = Instant.parse("2026-01-02T03:04:05.123456Z");

        void pass(Duration time) {
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
            throw new UnsupportedOperationException();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    Database open(Path directory) {
        return Database.embedded(directory.resolve("store"));
    }

    @BeforeEach
    void open() {
        database = open(directory);
        jobs = new JobStore(database, clock);
        works = new JobWorkStore(database, clock);
        dispatch = new JobDispatchStore(database, clock, Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private JobWakeup create(String owner) {
        clock.pass(Duration.ofSeconds(1));
        return jobs.create(new NewJob(owner, ApiVersion.V2023_06_01, List.of("b-1", "b-2"), "http",
                Duration.ofHours(24), REQUEST));
    }

    private Job find(JobWakeup wakeup) {
        return jobs.find(wakeup.id(), "me").orElseThrow();
    }

    private static List<JobEvent> events(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(seq -> new JobEvent(seq, bytes("event " + seq))).toList();
    }

    private List<Integer> seqs(JobWakeup wakeup, int attempt, int after) {
        return jobs.events(wakeup.job(), attempt, after, 100).stream().map(JobEvent::seq).toList();
    }

    @Test
    void theWholeLife() {
        JobWakeup wakeup = create("me");
        Job queued = find(wakeup);
        assertEquals(JobState.QUEUED, queued.state());
        assertEquals(clock.instant(), queued.createdAt());
        assertEquals(clock.instant().plus(Duration.ofHours(24)), queued.expiresAt());
        assertEquals(Optional.of(new JobProgress(JobState.QUEUED, 1, 0)), jobs.progress(wakeup.job()));

        clock.pass(Duration.ofSeconds(5));
        JobWork work = works.take(wakeup).orElseThrow();
        assertEquals("me", work.owner());
        assertEquals(List.of("b-1", "b-2"), work.betas());
        assertEquals(1, work.attempt());
        assertArrayEquals(REQUEST, work.request());
        assertEquals(clock.instant(), find(wakeup).startedAt());

        assertTrue(works.append(work, events(1, 3)));
        assertTrue(works.append(work, events(4, 4)));
        assertEquals(Optional.of(new JobProgress(JobState.IN_PROGRESS, 1, 4)), jobs.progress(wakeup.job()));
        assertTrue(works.succeed(work, events(5, 6), MESSAGE));

        Job done = find(wakeup);
        assertEquals(JobState.SUCCEEDED, done.state());
        assertEquals(clock.instant(), done.endedAt());
        assertArrayEquals(MESSAGE, jobs.result(done).orElseThrow());
        assertEquals(Optional.of(new JobProgress(JobState.SUCCEEDED, 1, 6)), jobs.progress(wakeup.job()));
        assertEquals(List.of(1, 2, 3, 4, 5, 6), seqs(wakeup, 1, 0));
        assertEquals(List.of(5, 6), seqs(wakeup, 1, 4));
        assertArrayEquals(bytes("event 2"), jobs.events(wakeup.job(), 1, 1, 1).getFirst().frame());
        assertEquals(Optional.empty(), works.take(wakeup), "a message that comes again finds nothing to do");
    }

    @Test
    void aLargeRequestEventAndMessageAreKept() {
        byte[] large = new byte[Database.IN_ROW + 1];
        large[Database.IN_ROW] = 7;
        JobWakeup wakeup = jobs.create(
                new NewJob("me", ApiVersion.V2023_06_01, List.of(), "exec", Duration.ofHours(1), large));
        JobWork work = works.take(wakeup).orElseThrow();
        assertArrayEquals(large, work.request());
        assertTrue(works.succeed(work, List.of(new JobEvent(1, large)), large));
        assertArrayEquals(large, jobs.result(find(wakeup)).orElseThrow());
        assertArrayEquals(large, jobs.events(wakeup.job(), 1, 0, 9).getFirst().frame());
    }

    @Test
    void onlyTheNewestAttemptWrites() {
        JobWakeup wakeup = create("me");
        JobWork first = works.take(wakeup).orElseThrow();
        assertTrue(works.append(first, events(1, 3)));
        // The broker has taken the first one's node for dead, and gives its message to another.
        JobWork second = works.take(wakeup).orElseThrow();
        assertEquals(2, second.attempt());
        assertEquals(List.of(), seqs(wakeup, 1, 0));

        assertFalse(works.append(first, events(4, 4)));
        assertFalse(works.again(first));
        assertFalse(works.fail(first, ENVELOPE));
        assertFalse(works.succeed(first, events(4, 5), MESSAGE));
        assertEquals(Optional.of(new JobProgress(JobState.IN_PROGRESS, 2, 0)), jobs.progress(wakeup.job()));

        assertTrue(works.append(second, events(1, 1)));
        assertTrue(works.succeed(second, events(2, 2), MESSAGE));
        assertFalse(works.succeed(second, events(3, 3), ENVELOPE), "a result is written once");
        assertArrayEquals(MESSAGE, jobs.result(find(wakeup)).orElseThrow());
        assertEquals(List.of(1, 2), seqs(wakeup, 2, 0));
    }

    @Test
    void aFailedAttemptIsMadeAgainAndAFailedJobIsNot() {
        JobWakeup wakeup = create("me");
        JobWork first = works.take(wakeup).orElseThrow();
        works.append(first, events(1, 2));
        assertTrue(works.again(first));
        assertEquals(Optional.of(new JobProgress(JobState.QUEUED, 2, 0)), jobs.progress(wakeup.job()));
        JobWork second = works.take(wakeup).orElseThrow();
        assertEquals(2, second.attempt());
        assertEquals(0, second.deferred());
        assertTrue(works.defer(second));
        JobWork third = works.take(wakeup).orElseThrow();
        assertEquals(3, third.attempt());
        assertEquals(1, third.deferred());
        assertTrue(works.bury(third, ENVELOPE, 2, "x".repeat(5_000)));
        assertEquals(JobState.ERRORED, find(wakeup).state());
        assertArrayEquals(ENVELOPE, jobs.result(find(wakeup)).orElseThrow());
        DeadLetterStore letters = new DeadLetterStore(database);
        DeadLetter letter = letters.list(0, 9).getFirst();
        assertEquals(wakeup.id(), letter.source());
        assertEquals(DeadLetterStore.Retry.TOO_LATE, letters.retry(letter.id()));
        assertEquals(Optional.empty(), works.take(wakeup));
    }

    @Test
    void aCancelledJobIsNotBegunAndNotFinished() {
        JobWakeup waiting = create("me");
        jobs.cancel(find(waiting));
        assertEquals(JobState.CANCELED, find(waiting).state());
        assertEquals(clock.instant(), find(waiting).endedAt());
        assertEquals(Optional.empty(), works.take(waiting));

        JobWakeup running = create("me");
        JobWork work = works.take(running).orElseThrow();
        Instant then = clock.instant();
        jobs.cancel(find(running));
        clock.pass(Duration.ofSeconds(1));
        jobs.cancel(find(running));
        assertEquals(then, find(running).endedAt(), "once is enough");
        assertFalse(works.append(work, events(1, 1)));
        assertFalse(works.succeed(work, events(1, 1), MESSAGE));
        assertFalse(works.again(work));
        assertEquals(Optional.empty(), jobs.result(find(running)));

        JobWakeup done = create("me");
        works.succeed(works.take(done).orElseThrow(), List.of(), MESSAGE);
        jobs.cancel(find(done));
        assertEquals(JobState.SUCCEEDED, find(done).state());
    }

    @Test
    void whatBelongsToAnotherIsNotThere() {
        JobWakeup mine = create("me");
        JobWakeup theirs = create("them");
        assertEquals(Optional.empty(), jobs.find(theirs.id(), "me"));
        assertEquals(List.of(mine.id()), jobs.newest("me", 9).stream().map(Job::id).toList());
    }

    @Test
    void pages() {
        List<JobWakeup> all = IntStream.range(0, 5).mapToObj(i -> create("me")).toList();
        Job third = find(all.get(2));
        assertEquals(List.of(all.get(4).id(), all.get(3).id()),
                jobs.newest("me", 2).stream().map(Job::id).toList());
        assertEquals(List.of(all.get(1).id(), all.get(0).id()),
                jobs.olderThan(third, 9).stream().map(Job::id).toList());
        assertEquals(List.of(all.get(3).id()), jobs.newerThan(third, 1).stream().map(Job::id).toList());
        assertEquals(List.of(all.get(4).id(), all.get(3).id()),
                jobs.newerThan(third, 9).stream().map(Job::id).toList());
    }

    @Test
    void aMessageThatWasNotSentIsSentAgainAndTheOldOneIsStale() {
        JobWakeup sent = create("me");
        JobWakeup failed = create("me");
        JobWakeup forgotten = create("me");
        dispatch.sent(sent);
        dispatch.notSent(failed);
        assertEquals(List.of(new JobWakeup(failed.job(), failed.id(), "http", 2)), dispatch.mark());
        assertEquals(List.of(), dispatch.mark(), "given out once");

        clock.pass(Duration.ofSeconds(31));
        List<JobWakeup> late = dispatch.mark();
        assertEquals(Set.of(failed.job(), forgotten.job()), Set.of(late.get(0).job(), late.get(1).job()));
        assertEquals(Optional.empty(), works.take(forgotten), "its message is stale");
        late.forEach(dispatch::sent);
        assertEquals(3, late.stream().filter(wakeup -> wakeup.job() == failed.job()).findFirst().orElseThrow()
                .generation());
        late.forEach(wakeup -> assertTrue(works.take(wakeup).isPresent()));
        clock.pass(Duration.ofHours(1));
        assertEquals(List.of(), dispatch.mark());

        dispatch.lost("exec", clock.instant());
        assertEquals(List.of(), dispatch.mark());
        dispatch.lost("http", clock.instant());
        assertEquals(3, dispatch.mark().size());
    }

    @Test
    void jobsExpireAndAreDeletedInTheEnd() {
        JobWakeup queued = create("me");
        JobWakeup running = create("me");
        JobWork work = works.take(running).orElseThrow();
        works.append(work, events(1, 2));
        JobWakeup done = create("me");
        works.succeed(works.take(done).orElseThrow(), events(1, 1), MESSAGE);
        dispatch.expire();
        assertEquals(JobState.QUEUED, find(queued).state());
        clock.pass(Duration.ofHours(24));
        dispatch.expire();
        assertEquals(JobState.EXPIRED, find(queued).state());
        assertEquals(JobState.EXPIRED, find(running).state());
        assertEquals(JobState.SUCCEEDED, find(done).state());
        assertFalse(works.succeed(work, List.of(), MESSAGE));

        dispatch.delete(find(queued).createdAt());
        assertEquals(3, jobs.newest("me", 9).size(), "only what is older");
        JobWakeup young = create("me");
        dispatch.delete(clock.instant());
        assertEquals(List.of(young.id()), jobs.newest("me", 9).stream().map(Job::id).toList());
        assertEquals(Map.of(), jobs.progress(List.of(queued.job(), running.job(), done.job())));
        assertEquals(List.of(), seqs(done, 1, 0));
    }

    /** A client that leaves has the thread interrupted that serves it, whatever that is at. */
    @Test
    void anInterruptDoesNotCloseTheStoreForOthers() throws Exception {
        for (int i = 0; i < 20; i++) {
            Thread.ofVirtual().start(() -> {
                Thread.currentThread().interrupt();
                create("me");
            }).join();
        }
        JobWakeup wakeup = create("me");
        assertTrue(works.succeed(works.take(wakeup).orElseThrow(), events(1, 1), MESSAGE));
        assertEquals(JobState.SUCCEEDED, find(wakeup).state());
    }

    @Test
    void ofManyWhoEndAJobOneDoes() throws Exception {
        for (int round = 0; round < 20; round++) {
            JobWakeup wakeup = create("me");
            JobWork work = works.take(wakeup).orElseThrow();
            List<Callable<Boolean>> enders = List.of(() -> works.succeed(work, events(1, 1), MESSAGE),
                    () -> works.fail(work, ENVELOPE), () -> works.again(work), () -> {
                        jobs.cancel(find(wakeup));
                        return find(wakeup).state() == JobState.CANCELED;
                    });
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                int won = 0;
                for (Future<Boolean> ender : threads.invokeAll(enders)) {
                    won += ender.get() ? 1 : 0;
                }
                // A job that was queued again can be cancelled after that.
                assertTrue(won == 1 || won == 2 && find(wakeup).state() == JobState.CANCELED,
                        () -> "round of " + wakeup);
            }
        }
    }
}
