package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Settings.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.caravan.exec.Pools.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How many processes are kept, and when one is replaced by another. */
@Timeout(120)
class WorkerCountTest {
    @RegisterExtension
    final PoolFixture kept = new PoolFixture();

    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration OFTEN = Duration.ofSeconds(2);
    private static final long MEGA = 1L << 20;

    @TempDir
    Path directory;

    @Test
    void moreAreStartedWhenThereIsMoreToDoAndEndedWhenThereIsNot() throws Exception {
        kept.open(settings().min(1).max(3).concurrency(1).idle(SOON));
        List<Answer> answers = List.of(kept.ask("m1", "wait"), kept.ask("m2", "wait"), kept.ask("m3", "wait"));
        assertEquals(3, answers.stream().map(WorkerCountTest::firstText).distinct().count());
        assertEquals(3, kept.pool().status().ready());
        for (Answer answer : answers) {
            answer.output().close();
        }
        eventually().until(() -> kept.pool().status().ready() == 1 && kept.pool().status().draining() == 0);
    }

    @Test
    void asManyStartAtOnceAsThoseWhoWaitNeed() throws Exception {
        Path go = Files.createFile(directory.resolve("go"));
        kept.open(settings().max(3), "concurrency=1", "load=file", "file=" + go);
        Answer first = kept.ask("m1", "wait");
        first.text();
        Files.delete(go);
        List<Answer> more = List.of(kept.ask("m2", "wait"), kept.ask("m3", "wait"));
        eventually().until(() -> kept.pool().status().starting() == 2);
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
    void oneIsReplacedAfterSoManyRequests() throws Exception {
        kept.open(settings().requests(3));
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pids.add(kept.ask("m" + i, "pid").text());
        }
        assertEquals(List.of(pids.get(0), pids.get(0), pids.get(0)), pids.subList(0, 3));
        assertEquals(List.of(pids.get(3), pids.get(3), pids.get(3)), pids.subList(3, 6));
        assertNotEquals(pids.get(0), pids.get(3));
    }

    @Test
    void oneThatHoldsTooMuchMemoryIsReplaced() throws Exception {
        kept.open(settings().memory(5000).ping(Duration.ofSeconds(2)));
        String pid = kept.ask("m1", "pid").text();
        assertEquals(1, kept.ask("m2", "leak:6000").rest().size());
        eventually().until(() -> kept.pool().status().ready() == 0);
        assertNotEquals(pid, kept.ask("m3", "pid").text());
    }

    @Test
    void nobodyWaitsForTheLongestAnswerOfOneThatIsToBeReplaced() throws Exception {
        kept.open(settings().requests(2).queueTimeout(Duration.ofSeconds(30)));
        Answer longest = kept.ask("m1", "wait");
        String pid = longest.text();
        assertEquals(pid, kept.ask("m2", "pid").text());
        assertEquals(pid, kept.ask("m3", "pid").text());
        assertEquals(pid, kept.ask("m4", "pid").text());
        longest.output().close();
        eventually().until(() -> kept.pool().status().running() == 0);
        assertNotEquals(pid, kept.ask("m5", "pid").text());
    }

    @Test
    void oneThatIsToBeReplacedAnswersUntilAnotherIsReady() throws Exception {
        Path go = Files.createFile(directory.resolve("go"));
        kept.open(provider(settings().max(2).requests(2), "load=file", "file=" + go));
        Answer longest = kept.ask("m1", "wait");
        String pid = longest.text();
        Files.delete(go);
        assertEquals(pid, kept.ask("m2", "pid").text());
        eventually().until(() -> kept.pool().status().starting() == 1);
        assertEquals(pid, kept.ask("m3", "pid").text());
        Files.createFile(go);
        eventually().until(() -> kept.pool().status().draining() == 1);
        assertNotEquals(pid, kept.ask("m4", "pid").text());
        longest.output().close();
        eventually().until(() -> kept.pool().status().draining() == 0);
    }

    @Test
    void oneThatHoldsTooMuchMemoryAndDoesNotSayItIsReplaced() throws Exception {
        kept.open(settings().memory(100 * MEGA).ping(OFTEN), "memory=0");
        String pid = kept.ask("m1", "pid").text();
        assertEquals(1, kept.ask("m2", "grow:200").rest().size());
        eventually().until(() -> kept.pool().status().ready() == 0);
        assertNotEquals(pid, kept.ask("m3", "pid").text());
    }

    @Test
    void oneThatNeedsMoreMemoryThanWasSaidIsNotReplacedAgainAndAgain() throws Exception {
        kept.open(settings().memory(5000), "memory=6000");
        String pid = kept.ask("m1", "pid").text();
        // The keeper looks again and again.
        eventually().pollDelay(Duration.ofSeconds(1)).until(() -> kept.pool().status().running() == 0);
        assertEquals(pid, kept.ask("m2", "pid").text());
    }
}
