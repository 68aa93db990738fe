package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.failure;
import static dev.caravan.exec.Pools.lines;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Settings.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.exec.Pools.Answer;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.InputStream;
import java.nio.file.Files;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What befalls kept processes that break, or do not even start, and the requests that they had. */
@Timeout(120)
class WorkerFaultTest {
    @RegisterExtension
    final PoolFixture kept = new PoolFixture();

    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    Path directory;

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
        kept.open(settings());
        String pid = kept.ask("m1", "pid").text();
        ApiException error = failure(kept.ask("m2", how));
        assertEquals(message, error.getMessage());
        assertEquals(502, error.status());
        assertEquals(ErrorType.API_ERROR, error.type());
        assertNotEquals(pid, kept.ask("m3", "pid").text());
    }

    @Test
    void aRequestThatHadNotBegunIsAnsweredByAnother() throws Exception {
        kept.open(settings());
        String pid = kept.ask("m1", "pid").text();
        Answer begun = kept.ask("m2", "wait");
        assertEquals(pid, begun.text());
        Answer retried = kept.ask("m3", "die-once:" + directory.resolve("died"));
        assertNotEquals(pid, retried.text());
        assertEquals("provider demo: the process was ended by signal 9", failure(begun).getMessage());
        assertEquals(1, retried.rest().size());
    }

    @Test
    void whoDoesNotAnswerACancelIsKilled() throws Exception {
        kept.open(settings().cancel(SOON));
        Answer stubborn = kept.ask("m1", "stubborn");
        Answer begun = kept.ask("m2", "wait");
        Answer silent = kept.ask("m3", "die-once:" + Files.createFile(directory.resolve("there")));
        String pid = stubborn.text();
        assertEquals(pid, begun.text());
        assertEquals(pid, silent.text());
        Answer notBegun = kept.ask("m4", "silent");
        eventually().until(() -> kept.pool().status().running() == 3);
        stubborn.output().close();
        assertEquals("provider demo: the process was ended, because it did not give up a request",
                failure(begun).getMessage());
        assertNotEquals(pid, kept.ask("m5", "pid").text());
        eventually().until(() -> kept.pool().status().running() == 1);
        notBegun.output().close();
    }

    @Test
    void aProcessThatReadsNoMoreIsReplaced() throws Exception {
        kept.open(settings().ping(Duration.ofSeconds(2)));
        String pid = kept.ask("m1", "pid").text();
        assertEquals(2, kept.ask("m2", "deaf").rest().size());
        byte[] large = ("{\"type\":\"generate\",\"id\":\"m3\",\"model\":\"pid\",\"p\":\"" + "x".repeat(1 << 20)
                + "\"}\n")
                .getBytes();
        List<InputStream> stuck = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stuck.add(kept.pool().submit(large));
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
        kept.open(settings().start(start), "load=" + how);
        List<Answer> waiting = List.of(kept.ask("m1", "say"), kept.ask("m2", "say"));
        for (Answer answer : waiting) {
            ApiException error = failure(answer);
            assertEquals(message, error.getMessage());
            assertEquals(502, error.status());
            assertEquals("1", error.headers().get("retry-after"));
        }
        // Each attempt that fails makes the next one later, so that one comes too early at last.
        eventually().until(() -> {
            try {
                failure(kept.ask("m3", "say"));
                return false;
            } catch (ApiException e) {
                return e.getMessage().equals(message) && e.headers().containsKey("retry-after");
            }
        });
    }

    @Test
    void aProgramThatIsNotThereIsTold() {
        ExecProvider usual = provider(settings());
        kept.open(new ExecProvider("demo", List.of("no-such-program"), usual.workingDirectory(), usual.environment(),
                1024,
                1,
                usual.timeouts(), List.of(), Optional.empty(), usual.workers()));
        assertEquals("provider demo: cannot start no-such-program: No such file",
                failure(kept.ask("m1", "say")).getMessage());
    }

    @Test
    void anotherProtocolIsTold() {
        kept.open(settings(), "protocol=3");
        assertEquals("provider demo: speaks version 3 of the exec protocol, not 2",
                failure(kept.ask("m1", "say")).getMessage());
    }

    @Test
    void oneThatCouldNotStartIsTriedAgain() throws Exception {
        kept.open(settings().min(1), "load=exit", "once=" + directory.resolve("tried"));
        kept.pool().warmUp();
        eventually().until(() -> kept.pool().status().ready() == 1);
        assertEquals("", kept.pool().status().failure());
        assertEquals("0", kept.ask("m1", "say").text());
    }

    @Test
    void progressKeepsALongStartAlive() throws Exception {
        kept.open(settings().start(Duration.ofSeconds(2)), "load=progress");
        assertEquals("0", kept.ask("m1", "say").text());
    }

    @Test
    void aCrashLoopSlowsDown() throws Exception {
        kept.open(settings());
        assertEquals("0", kept.ask("m1", "say").text());
        long begin = System.nanoTime();
        failure(kept.ask("m2", "die:1"));
        assertEquals("0", kept.ask("m3", "say").text());
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(Duration.ofMillis(250 + 500)) >= 0, took.toString());
    }

    @Test
    void aSecondProcessThatNeverStartsIsTriedLessAndLessWhileTheFirstAnswers() throws Exception {
        List<String> restarts = new CopyOnWriteArrayList<>();
        kept.listen(new PoolListener() {
            @Override
            public void restarted(String provider) {
                restarts.add(provider);
            }
        });
        kept.open(settings().min(2).max(2), "load=exit-but-one", "once=" + directory.resolve("first"));
        assertEquals("0", kept.ask("m1", "say").text());
        kept.pool().warmUp();
        long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        for (int i = 0; System.nanoTime() < until; i++) {
            kept.ask("n" + i, "say").rest();
        }
        // 0.25 s, 0.5 s, 1 s, 2 s and the time that each takes to fail.
        assertTrue(restarts.size() >= 1 && restarts.size() <= 5, restarts.size() + " attempts");
    }

    @Test
    void whatADeadProcessHasStartedIsToldToEnd() throws Exception {
        String script = "exec 3<&0; python3 -u " + Pools.WORKER + " <&3 3<&- & wait";
        ExecProvider usual = provider(settings());
        kept.open(new ExecProvider("demo", List.of("sh", "-c", script), usual.workingDirectory(), usual.environment(),
                1024, 1, usual.timeouts(), List.of(), Optional.empty(), usual.workers()));
        ProcessHandle worker = ProcessHandle.of(Long.parseLong(kept.ask("m1", "pid").text())).orElseThrow();
        Answer begun = kept.ask("m2", "wait");
        begun.text();
        // The worker lives on and has the pipe, so that it has no end.
        worker.parent().orElseThrow().destroyForcibly();
        assertEquals("provider demo: the process was ended by signal 9", failure(begun).getMessage());
        assertNotEquals(Long.toString(worker.pid()), kept.ask("m3", "pid").text());
        eventually().until(() -> !worker.isAlive());
    }
}
