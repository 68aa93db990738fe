package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.failure;
import static dev.caravan.exec.Pools.lines;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Settings.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.exec.Pools.Answer;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Requests for kept processes, with real ones: who is answered, who waits, who is refused. */
@Timeout(120)
class WorkerPoolTest {
    @RegisterExtension
    final PoolFixture kept = new PoolFixture();

    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    Path directory;

    @Test
    void oneProcessAnswersManyRequests() throws Exception {
        kept.open(settings());
        String first = kept.ask("m1", "pid").text();
        for (int i = 2; i < 20; i++) {
            assertEquals(first, kept.ask("m" + i, "pid").text());
        }
        Answer answer = kept.ask("m20", "say:3");
        assertEquals(List.of("0", "1", "2"), List.of(answer.text(), answer.text(), answer.text()));
        assertTrue(answer.line().contains("done"));
        assertNull(answer.line());
    }

    @Test
    void answersThatInterleaveReachTheirOwnReaders() throws Exception {
        kept.open(settings());
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            answers.add(kept.ask("m" + i, "say:200"));
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
        kept.open(settings());
        Answer first = kept.ask("same", "wait");
        first.text();
        Answer second = kept.ask("same", "say:2");
        assertEquals("0", second.text());
        assertEquals(2, second.rest().size());
        first.output().close();
        eventually().until(() -> kept.pool().status().running() == 0);
        assertEquals("0", kept.ask("same", "say").text());
    }

    @Test
    void requestsWaitInTheOrderOfTheirArrival() throws Exception {
        kept.open(settings().concurrency(1).queue(100));
        Answer blocking = kept.ask("first", "wait");
        blocking.text();
        List<Answer> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(kept.ask("m" + i, "count"));
        }
        assertEquals(100, kept.pool().status().waiting());
        blocking.output().close();
        for (int i = 0; i < 100; i++) {
            assertEquals(Integer.toString(i + 1), waiting.get(i).text());
        }
    }

    @Test
    void oneTooManyInTheQueueIsRefusedAtOnce() throws Exception {
        kept.open(settings().concurrency(1).queue(2));
        Answer blocking = kept.ask("first", "wait");
        blocking.text();
        List<Answer> waiting = List.of(kept.ask("a", "say"), kept.ask("b", "say"));
        ApiException refused = assertThrows(ApiException.class, () -> kept.ask("c", "say"));
        assertEquals(ErrorType.OVERLOADED_ERROR, refused.type());
        assertEquals(529, refused.status());
        assertEquals("provider demo: 2 requests wait already", refused.getMessage());
        assertEquals("5", refused.headers().get("retry-after"));
        waiting.getFirst().output().close();
        Answer instead = kept.ask("d", "say");
        blocking.output().close();
        assertEquals(2, waiting.get(1).rest().size());
        assertEquals(2, instead.rest().size());
    }

    @Test
    void whoWaitsTooLongIsTold() throws Exception {
        kept.open(settings().concurrency(1).queueTimeout(SOON), "load=file", "file=" + directory.resolve("go"));
        ApiException late = failure(kept.ask("m1", "say"));
        assertEquals("provider demo: no process was free for 300 ms", late.getMessage());
        assertEquals(529, late.status());
        assertEquals("5", late.headers().get("retry-after"));
        assertEquals(0, kept.pool().status().waiting());
    }

    @Test
    void whoLeavesIsCancelledAndItsPlaceIsFree() throws Exception {
        kept.open(settings().concurrency(1));
        Answer first = kept.ask("m1", "wait");
        String pid = first.text();
        first.output().close();
        assertThrows(IOException.class, first::rest);
        assertEquals(pid, kept.ask("m2", "pid").text());
    }

    @Test
    void anErrorOfOneRequestIsItsOwn() throws Exception {
        kept.open(settings());
        String pid = kept.ask("m1", "pid").text();
        List<String> lines = kept.ask("m2", "error").rest();
        assertTrue(lines.getFirst().contains("prompt is too long"), lines.toString());
        assertEquals(pid, kept.ask("m3", "pid").text());
    }

    @Test
    void strangeLinesAreNobodys() throws Exception {
        kept.open(settings());
        Answer answer = kept.ask("m1", "strange");
        assertEquals("a", answer.text());
        assertEquals(1, answer.rest().size());
        assertEquals("0", kept.ask("m2", "say").text());
    }

    @Test
    void aFloodOnStderrHoldsNothingUp() throws Exception {
        kept.open(settings());
        assertEquals(1, kept.ask("m1", "stderr").rest().size());
    }

    @Test
    void aLongLineArrivesWhole() throws Exception {
        ExecProvider usual = provider(settings());
        kept.open(new ExecProvider("demo", usual.command(), usual.workingDirectory(), usual.environment(), 16 << 20, 1,
                usual.timeouts(), List.of(), Optional.empty(), usual.workers()));
        assertEquals(10 << 20, kept.ask("m1", "long:" + (10 << 20)).text().length());
    }

    @Test
    void aLongRequestArrivesWhole() throws Exception {
        kept.open(settings());
        String prompt = "x".repeat(10 << 20);
        byte[] line = ("{\"type\":\"generate\",\"id\":\"m\",\"model\":\"prompt\",\"p\":\"" + prompt + "\"}\n")
                .getBytes();
        assertTrue(Integer.parseInt(lines(kept.pool().submit(line)).text()) > 10 << 20);
    }

    @Test
    void aReaderThatIsTooSlowHoldsNobodyUp() throws Exception {
        kept.open(settings());
        kept.ask("m0", "say").rest();
        Answer slow = kept.ask("m1", "flood:1000");
        eventually().until(() -> kept.pool().status().running() == 0);
        assertEquals("0", kept.ask("m2", "say").text());
        assertEquals("provider demo: the answer was not read as fast as it was written, and more than 4 MB of it were "
                + "waiting", failure(slow).getMessage());
    }

    @Test
    void aProcessThatIsSilentAboutARequestFailsItAlone() throws Exception {
        kept.open(provider("demo", settings(), Duration.ofSeconds(2), Optional.empty()));
        String pid = kept.ask("m1", "pid").text();
        ApiException error = failure(kept.ask("m2", "silent"));
        assertEquals("provider demo: the process wrote nothing for 2 s", error.getMessage());
        assertEquals(504, error.status());
        assertEquals(pid, kept.ask("m3", "pid").text());
    }

    @Test
    void anAnswerMayTakeSoLongAndNoLonger() throws Exception {
        kept.open(provider("demo", settings(), Children.NEVER, Optional.of(SOON)));
        assertEquals("provider demo: the answer took longer than 300 ms", failure(kept.ask("m2", "wait")).getMessage());
    }

    @Test
    void stoppingTheContextFailsAllAndEndsAll() throws Exception {
        kept.open(settings().concurrency(1));
        Answer running = kept.ask("m1", "wait");
        running.text();
        Answer waiting = kept.ask("m2", "say");
        kept.context().stop();
        for (Answer answer : List.of(running, waiting)) {
            assertEquals("provider demo: is being stopped", failure(answer).getMessage());
        }
        assertEquals(List.of(), NothingLeftBehind.processes());
        assertEquals("provider demo: is being stopped",
                assertThrows(ApiException.class, () -> kept.ask("m3", "say")).getMessage());
    }

    @Test
    void aContextThatIsStartedAgainHasItsPoolsAgain() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        kept.listen(new PoolListener() {
            @Override
            public void loaded(String provider, Duration took) {
                heard.add(provider);
            }
        });
        WorkerPools before = kept.pools();
        kept.open(settings());
        assertEquals("0", kept.ask("m1", "say").text());
        kept.context().stop();
        kept.open(settings());
        assertEquals("provider demo: is being stopped",
                assertThrows(ApiException.class, () -> kept.ask("late", "say")).getMessage());
        kept.context().start();
        assertSame(before, kept.pools());
        kept.open(settings());
        assertEquals("0", kept.ask("m2", "say").text());
        eventually().until(() -> heard.equals(List.of("demo", "demo")));
        kept.context().stop();
        assertEquals(List.of(), NothingLeftBehind.processes());
    }

    @Test
    void aLogThatIsSlowHoldsNobodyUp() throws Exception {
        kept.open(settings());
        kept.ask("m1", "say").rest();
        try (StuckLog log = StuckLog.attach("the process exited with code 3")) {
            Answer dies = kept.ask("m2", "die:3");
            log.awaitStuck();
            // One of its threads cannot go on, and holds nothing that others need.
            assertTimeoutPreemptively(Children.NEVER.dividedBy(10), () -> kept.pool().status());
            assertEquals("provider demo: the process exited with code 3", failure(dies).getMessage());
        }
        assertEquals("0", kept.ask("m3", "say").text());
    }
}
