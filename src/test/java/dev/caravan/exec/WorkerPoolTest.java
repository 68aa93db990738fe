package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.USUAL;
import static dev.caravan.exec.Pools.lines;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Pools.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.WorkerSettings;
import dev.caravan.exec.Pools.Answer;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kept processes and what befalls them, with real ones. */
@Timeout(120)
@ExtendWith(NothingLeftBehind.class)
class WorkerPoolTest {
    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    Path directory;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private WorkerPools pools;
    private WorkerPool pool;

    @BeforeAll
    static void python() {
        assumeTrue(Children.installed("python3"), "python3 is not installed");
    }

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void open(ExecProvider provider) {
        pools = WorkerPools.of(context);
        pool = pools.pool(provider);
    }

    private void open(WorkerSettings settings, String... arguments) {
        open(provider(settings, arguments));
    }

    private Answer ask(String id, String what) {
        return lines(pool.submit(request(id, what)));
    }

    private static ApiException failure(Answer answer) {
        return assertThrows(ApiException.class, answer::rest);
    }

    private static WorkerSettings settings(int min, int max, int concurrency, int queue) {
        return new WorkerSettings(min, max, concurrency, queue, USUAL.queueTimeout(), USUAL.idle(), USUAL.requests(),
                USUAL.memory(), USUAL.start(), USUAL.cancel(), USUAL.ping());
    }

    @Test
    void oneProcessAnswersManyRequests() throws Exception {
        open(USUAL);
        String first = ask("m1", "pid").text();
        for (int i = 2; i < 20; i++) {
            assertEquals(first, ask("m" + i, "pid").text());
        }
        Answer answer = ask("m20", "say:3");
        assertEquals(List.of("0", "1", "2"), List.of(answer.text(), answer.text(), answer.text()));
        assertTrue(answer.line().contains("done"));
        assertNull(answer.line());
    }

    @Test
    void answersThatInterleaveReachTheirOwnReaders() throws Exception {
        open(USUAL);
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            answers.add(ask("m" + i, "say:200"));
        }
        for (Answer answer : answers) {
            for (int i = 0; i < 200; i++) {
                assertEquals(Integer.toString(i), answer.text());
            }
            assertEquals(1, answer.rest().size());
        }
    }

    @Test
    void twoRequestsOfOneIdAreTwo() throws Exception {
        open(USUAL);
        Answer first = ask("same", "wait");
        first.text();
        Answer second = ask("same", "say:2");
        assertEquals("0", second.text());
        assertEquals(2, second.rest().size());
        first.output().close();
        eventually().until(() -> pool.status().running() == 0);
        assertEquals("0", ask("same", "say").text());
    }

    @Test
    void requestsWaitInTheOrderOfTheirArrival() throws Exception {
        open(settings(0, 1, 1, 100));
        Answer blocking = ask("first", "wait");
        blocking.text();
        List<Answer> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(ask("m" + i, "count"));
        }
        assertEquals(100, pool.status().waiting());
        blocking.output().close();
        for (int i = 0; i < 100; i++) {
            assertEquals(Integer.toString(i + 1), waiting.get(i).text());
        }
    }

    @Test
    void oneTooManyInTheQueueIsRefusedAtOnce() throws Exception {
        open(settings(0, 1, 1, 2));
        Answer blocking = ask("first", "wait");
        blocking.text();
        List<Answer> waiting = List.of(ask("a", "say"), ask("b", "say"));
        ApiException refused = assertThrows(ApiException.class, () -> ask("c", "say"));
        assertEquals(ErrorType.OVERLOADED_ERROR, refused.type());
        assertEquals(529, refused.status());
        assertEquals("provider demo: 2 requests wait already", refused.getMessage());
        assertEquals("5", refused.headers().get("retry-after"));
        waiting.getFirst().output().close();
        Answer instead = ask("d", "say");
        blocking.output().close();
        assertEquals(2, waiting.get(1).rest().size());
        assertEquals(2, instead.rest().size());
    }

    @Test
    void whoWaitsTooLongIsTold() throws Exception {
        open(new WorkerSettings(0, 1, 1, 9, SOON, USUAL.idle(), 99, USUAL.memory(), USUAL.start(), USUAL.cancel(),
                USUAL.ping()), "load=file", "file=" + directory.resolve("go"));
        ApiException late = failure(ask("m1", "say"));
        assertEquals("provider demo: no process was free for 300 ms", late.getMessage());
        assertEquals(529, late.status());
        assertEquals("5", late.headers().get("retry-after"));
        assertEquals(0, pool.status().waiting());
    }

    @Test
    void whoLeavesIsCancelledAndItsPlaceIsFree() throws Exception {
        open(settings(0, 1, 1, 9));
        Answer first = ask("m1", "wait");
        String pid = first.text();
        first.output().close();
        assertThrows(IOException.class, first::rest);
        assertEquals(pid, ask("m2", "pid").text());
    }

    @Test
    void whoDoesNotAnswerACancelIsKilled() throws Exception {
        open(cancelSoon());
        Answer stubborn = ask("m1", "stubborn");
        Answer begun = ask("m2", "wait");
        Answer silent = ask("m3", "die-once:" + Files.createFile(directory.resolve("there")));
        String pid = stubborn.text();
        assertEquals(pid, begun.text());
        assertEquals(pid, silent.text());
        Answer notBegun = ask("m4", "silent");
        eventually().until(() -> pool.status().running() == 3);
        stubborn.output().close();
        assertEquals("provider demo: the process was ended, because it did not give up a request",
                failure(begun).getMessage());
        assertNotEquals(pid, ask("m5", "pid").text());
        eventually().until(() -> pool.status().running() == 1);
        notBegun.output().close();
    }

    private static WorkerSettings cancelSoon() {
        return new WorkerSettings(0, 1, 16, 9, USUAL.queueTimeout(), USUAL.idle(), 99, USUAL.memory(), USUAL.start(),
                SOON, USUAL.ping());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "die:3              | provider demo: the process exited with code 3",
            "die-after-text:4   | provider demo: the process exited with code 4",
            "die-after-text:0   | provider demo: the process exited with code 0",
            "kill               | provider demo: the process was ended by signal 9",
            "garbage            | provider demo: sent a line that is not one JSON object",
            "no-id              | provider demo: sent a part of an answer without the id of its request",
            "partial            | provider demo: the process exited with code 1",
            "fatal              | provider demo: out of memory",
            "long:1100000       | provider demo: sent a line of more than 1048576 bytes"})
    void aProcessThatBreaksIsReplaced(String how, String message) throws Exception {
        open(USUAL);
        String pid = ask("m1", "pid").text();
        ApiException error = failure(ask("m2", how));
        assertEquals(message, error.getMessage());
        assertEquals(502, error.status());
        assertEquals(ErrorType.API_ERROR, error.type());
        assertNotEquals(pid, ask("m3", "pid").text());
    }

    @Test
    void aRequestThatHadNotBegunIsAnsweredByAnother() throws Exception {
        open(USUAL);
        String pid = ask("m1", "pid").text();
        Answer begun = ask("m2", "wait");
        assertEquals(pid, begun.text());
        Answer retried = ask("m3", "die-once:" + directory.resolve("died"));
        assertNotEquals(pid, retried.text());
        assertEquals("provider demo: the process was ended by signal 9", failure(begun).getMessage());
        assertEquals(1, retried.rest().size());
    }

    @Test
    void strangeLinesAreNobodys() throws Exception {
        open(USUAL);
        Answer answer = ask("m1", "strange");
        assertEquals("a", answer.text());
        assertEquals(1, answer.rest().size());
        assertEquals("0", ask("m2", "say").text());
    }

    @Test
    void anErrorOfOneRequestIsItsOwn() throws Exception {
        open(USUAL);
        String pid = ask("m1", "pid").text();
        List<String> lines = ask("m2", "error").rest();
        assertTrue(lines.getFirst().contains("prompt is too long"), lines.toString());
        assertEquals(pid, ask("m3", "pid").text());
    }

    @Test
    void aFloodOnStderrHoldsNothingUp() throws Exception {
        open(USUAL);
        assertEquals(1, ask("m1", "stderr").rest().size());
    }

    @Test
    void aLongLineArrivesWhole() throws Exception {
        ExecProvider usual = provider(USUAL);
        open(new ExecProvider("demo", usual.command(), usual.workingDirectory(), usual.environment(), 16 << 20, 1,
                usual.timeouts(), List.of(), Optional.empty(), usual.workers()));
        assertEquals(10 << 20, ask("m1", "long:" + (10 << 20)).text().length());
    }

    @Test
    void aLongRequestArrivesWhole() throws Exception {
        open(USUAL);
        String prompt = "x".repeat(10 << 20);
        byte[] line = ("{\"type\":\"generate\",\"id\":\"m\",\"model\":\"prompt\",\"p\":\"" + prompt + "\"}\n")
                .getBytes();
        assertTrue(Integer.parseInt(lines(pool.submit(line)).text()) > 10 << 20);
    }

    @Test
    void aReaderThatIsTooSlowHoldsNobodyUp() throws Exception {
        open(USUAL);
        ask("m0", "say").rest();
        Answer slow = ask("m1", "flood:1000");
        eventually().until(() -> pool.status().running() == 0);
        assertEquals("0", ask("m2", "say").text());
        assertEquals("provider demo: the answer was not read as fast as it was written, and more than 4 MB of it were "
                + "waiting", failure(slow).getMessage());
    }

    @Test
    void aProcessThatIsSilentAboutARequestFailsItAlone() throws Exception {
        open(provider("demo", USUAL, Duration.ofSeconds(2), Optional.empty()));
        String pid = ask("m1", "pid").text();
        ApiException error = failure(ask("m2", "silent"));
        assertEquals("provider demo: the process wrote nothing for 2 s", error.getMessage());
        assertEquals(504, error.status());
        assertEquals(pid, ask("m3", "pid").text());
    }

    @Test
    void anAnswerMayTakeSoLongAndNoLonger() throws Exception {
        open(provider("demo", USUAL, Children.NEVER, Optional.of(SOON)));
        assertEquals("provider demo: the answer took longer than 300 ms", failure(ask("m2", "wait")).getMessage());
    }

    @Test
    void aProcessThatReadsNoMoreIsReplaced() throws Exception {
        open(new WorkerSettings(0, 1, 16, 9, USUAL.queueTimeout(), USUAL.idle(), 99, USUAL.memory(), USUAL.start(),
                USUAL.cancel(), Duration.ofSeconds(2)));
        String pid = ask("m1", "pid").text();
        assertEquals(2, ask("m2", "deaf").rest().size());
        byte[] large = ("{\"type\":\"generate\",\"id\":\"m3\",\"model\":\"pid\",\"p\":\"" + "x".repeat(1 << 20)
                + "\"}\n")
                .getBytes();
        List<InputStream> stuck = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stuck.add(pool.submit(large));
        }
        for (InputStream output : stuck) {
            assertNotEquals(pid, lines(output).text());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "die     | provider demo: no such model: tiny",
            "exit    | provider demo: the process exited with code 3",
            "garbage | provider demo: sent a line that is not one JSON object",
            "hang    | provider demo: the process was not ready and wrote nothing for 300 ms"})
    void aProcessThatCannotStartIsToldToThoseWhoWaitAndToThoseWhoCome(String how, String message) throws Exception {
        Duration start = how.equals("hang") ? SOON : Children.NEVER;
        open(new WorkerSettings(0, 1, 1, 9, USUAL.queueTimeout(), USUAL.idle(), 99, USUAL.memory(), start,
                USUAL.cancel(), USUAL.ping()), "load=" + how);
        List<Answer> waiting = List.of(ask("m1", "say"), ask("m2", "say"));
        for (Answer answer : waiting) {
            ApiException error = failure(answer);
            assertEquals(message, error.getMessage());
            assertEquals(502, error.status());
            assertEquals("1", error.headers().get("retry-after"));
        }
        // Each attempt that fails makes the next one later, so that one comes too early at last.
        eventually().until(() -> {
            try {
                failure(ask("m3", "say"));
                return false;
            } catch (ApiException e) {
                return e.getMessage().equals(message) && e.headers().containsKey("retry-after");
            }
        });
    }

    @Test
    void aProgramThatIsNotThereIsTold() {
        ExecProvider usual = provider(USUAL);
        open(new ExecProvider("demo", List.of("no-such-program"), usual.workingDirectory(), usual.environment(), 1024,
                1,
                usual.timeouts(), List.of(), Optional.empty(), usual.workers()));
        assertEquals("provider demo: cannot start no-such-program: No such file",
                failure(ask("m1", "say")).getMessage());
    }

    @Test
    void anotherProtocolIsTold() {
        open(USUAL, "protocol=3");
        assertEquals("provider demo: speaks version 3 of the exec protocol, not 2",
                failure(ask("m1", "say")).getMessage());
    }

    @Test
    void oneThatCouldNotStartIsTriedAgain() throws Exception {
        open(settings(1, 1, 16, 9), "load=exit", "once=" + directory.resolve("tried"));
        pool.warmUp();
        eventually().until(() -> pool.status().ready() == 1);
        assertEquals("", pool.status().failure());
        assertEquals("0", ask("m1", "say").text());
    }

    @Test
    void progressKeepsALongStartAlive() throws Exception {
        open(new WorkerSettings(0, 1, 1, 9, USUAL.queueTimeout(), USUAL.idle(), 99, USUAL.memory(),
                Duration.ofSeconds(2), USUAL.cancel(), USUAL.ping()), "load=progress");
        assertEquals("0", ask("m1", "say").text());
    }

    @Test
    void oneIsReplacedAfterSoManyRequests() throws Exception {
        open(new WorkerSettings(0, 1, 16, 9, USUAL.queueTimeout(), USUAL.idle(), 3, USUAL.memory(), USUAL.start(),
                USUAL.cancel(), USUAL.ping()));
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pids.add(ask("m" + i, "pid").text());
        }
        assertEquals(List.of(pids.get(0), pids.get(0), pids.get(0)), pids.subList(0, 3));
        assertEquals(List.of(pids.get(3), pids.get(3), pids.get(3)), pids.subList(3, 6));
        assertNotEquals(pids.get(0), pids.get(3));
    }

    @Test
    void oneThatHoldsTooMuchMemoryIsReplaced() throws Exception {
        open(new WorkerSettings(0, 1, 16, 9, USUAL.queueTimeout(), USUAL.idle(), 99, OptionalLong.of(5000),
                USUAL.start(), USUAL.cancel(), Duration.ofSeconds(2)));
        String pid = ask("m1", "pid").text();
        assertEquals(1, ask("m2", "leak:6000").rest().size());
        eventually().until(() -> pool.status().ready() == 0);
        assertNotEquals(pid, ask("m3", "pid").text());
    }

    @Test
    void moreAreStartedWhenThereIsMoreToDoAndEndedWhenThereIsNot() throws Exception {
        open(new WorkerSettings(1, 3, 1, 9, USUAL.queueTimeout(), SOON, 99, USUAL.memory(), USUAL.start(),
                USUAL.cancel(), USUAL.ping()));
        List<Answer> answers = List.of(ask("m1", "wait"), ask("m2", "wait"), ask("m3", "wait"));
        assertEquals(3, answers.stream().map(WorkerPoolTest::firstText).distinct().count());
        assertEquals(3, pool.status().ready());
        for (Answer answer : answers) {
            answer.output().close();
        }
        eventually().until(() -> pool.status().ready() == 1 && pool.status().draining() == 0);
    }

    @Test
    void asManyStartAtOnceAsThoseWhoWaitNeed() throws Exception {
        Path go = Files.createFile(directory.resolve("go"));
        open(settings(0, 3, 16, 9), "concurrency=1", "load=file", "file=" + go);
        Answer first = ask("m1", "wait");
        first.text();
        Files.delete(go);
        List<Answer> more = List.of(ask("m2", "wait"), ask("m3", "wait"));
        eventually().until(() -> pool.status().starting() == 2);
        Files.createFile(go);
        for (Answer answer : more) {
            answer.text();
            answer.output().close();
        }
        first.output().close();
    }

    private static String firstText(Answer answer) {
        try {
            return answer.text();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aCrashLoopSlowsDown() throws Exception {
        open(USUAL);
        assertEquals("0", ask("m1", "say").text());
        long begin = System.nanoTime();
        failure(ask("m2", "die:1"));
        assertEquals("0", ask("m3", "say").text());
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(Duration.ofMillis(250 + 500)) >= 0, took.toString());
    }

    @Test
    void aSecondProcessThatNeverStartsIsTriedLessAndLessWhileTheFirstAnswers() throws Exception {
        List<String> restarts = new CopyOnWriteArrayList<>();
        pools = new WorkerPools(context, OptionalLong.empty(), new PoolListener() {
            @Override
            public void restarted(String provider) {
                restarts.add(provider);
            }
        });
        pools.addToContext();
        pool = pools.pool(provider(settings(2, 2, 16, 9), "load=exit-but-one", "once=" + directory.resolve("first")));
        assertEquals("0", ask("m1", "say").text());
        pool.warmUp();
        long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        for (int i = 0; System.nanoTime() < until; i++) {
            ask("n" + i, "say").rest();
        }
        // 0.25 s, 0.5 s, 1 s, 2 s and the time that each takes to fail.
        assertTrue(restarts.size() >= 1 && restarts.size() <= 5, restarts.size() + " attempts");
    }

    @Test
    void allOthersMakeRoomForAModelThatIsLargerThanTheBudget() throws Exception {
        pools = new WorkerPools(context, OptionalLong.of(25_000), PoolListener.NONE);
        pools.addToContext();
        List<WorkerPool> all = new ArrayList<>();
        for (long memory : new long[]{10_000, 10_000, 99_000}) {
            all.add(pools.pool(provider("needs-" + all.size(), new WorkerSettings(0, 1, 16, 9, USUAL.queueTimeout(),
                    USUAL.idle(), 99, OptionalLong.of(memory), USUAL.start(), USUAL.cancel(), USUAL.ping()),
                    Children.NEVER, Optional.empty())));
        }
        lines(all.get(0).submit(request("m1", "say"))).rest();
        lines(all.get(1).submit(request("m2", "say"))).rest();
        assertEquals(2, lines(all.get(2).submit(request("m3", "say"))).rest().size());
        assertEquals(List.of(0, 0, 1), pools.status().stream().map(PoolStatus::ready).toList());
        assertEquals(2, lines(all.get(0).submit(request("m4", "say"))).rest().size());
        assertEquals(List.of(1, 0, 0), pools.status().stream().map(PoolStatus::ready).toList());
    }

    @Test
    void stoppingTheContextFailsAllAndEndsAll() throws Exception {
        open(settings(0, 1, 1, 9));
        Answer running = ask("m1", "wait");
        running.text();
        Answer waiting = ask("m2", "say");
        context.stop();
        for (Answer answer : List.of(running, waiting)) {
            assertEquals("provider demo: is being stopped", failure(answer).getMessage());
        }
        assertEquals(List.of(), NothingLeftBehind.processes());
        assertEquals("provider demo: is being stopped",
                assertThrows(ApiException.class, () -> ask("m3", "say")).getMessage());
    }
}
