package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.lines;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Pools.request;
import static dev.caravan.exec.Settings.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.caravan.config.ExecProvider;
import dev.caravan.exec.Pools.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Models of which not all fit into the memory that there is for them together. */
@Timeout(120)
class MemoryBudgetTest {
    @RegisterExtension
    final PoolFixture kept = new PoolFixture();

    private WorkerPool large(String name, Settings settings, String... arguments) {
        return kept.open(needs(10_000, name, settings.min(1), arguments));
    }

    private static ExecProvider needs(long memory, String name, Settings settings, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("memory=" + memory);
        return provider(name, settings.memory(memory), Children.NEVER, Optional.empty(), all.toArray(String[]::new));
    }

    @Test
    void theOneThatWasUsedLongestAgoMakesRoomForAnotherModel() throws Exception {
        kept.budget(25_000);
        WorkerPool a = large("a", settings());
        WorkerPool b = large("b", settings());
        WorkerPool c = large("c", settings());
        lines(a.submit(request("m1", "say"))).rest();
        lines(b.submit(request("m2", "say"))).rest();
        lines(a.submit(request("m3", "say"))).rest();
        lines(c.submit(request("m4", "say"))).rest();
        assertEquals(List.of(1, 0, 1), kept.pools().status().stream().map(PoolStatus::ready).toList());
        Answer busyA = lines(a.submit(request("m5", "wait")));
        Answer busyC = lines(c.submit(request("m6", "wait")));
        busyA.text();
        busyC.text();
        Answer waiting = lines(b.submit(request("m7", "say")));
        eventually().until(() -> b.status().waiting() == 1);
        busyC.output().close();
        assertEquals(2, waiting.rest().size());
        assertEquals(List.of(1, 1, 0), kept.pools().status().stream().map(PoolStatus::ready).toList());
        busyA.output().close();
    }

    @Test
    void noMoreAreEndedThanMustBeWhileOneTakesItsTime() throws Exception {
        kept.budget(25_000);
        WorkerPool a = large("a", settings(), "exit=late");
        WorkerPool b = large("b", settings(), "exit=late");
        WorkerPool c = large("c", settings());
        lines(a.submit(request("m1", "say"))).rest();
        lines(b.submit(request("m2", "say"))).rest();
        lines(c.submit(request("m3", "say"))).rest();
        assertEquals(List.of(0, 1, 1), kept.pools().status().stream().map(PoolStatus::ready).toList());
    }

    @Test
    void noModelMakesRoomForOneThatNobodyAsksFor() throws Exception {
        kept.budget(15_000);
        WorkerPool a = large("a", settings());
        String pid = lines(a.submit(request("m1", "pid"))).text();
        large("b", settings()).warmUp();
        eventually().until(() -> a.status().running() == 0);
        // The keeper looks at a pool that is to start at once, and again and again.
        eventually().pollDelay(Duration.ofSeconds(1)).until(() -> a.status().ready() == 1);
        assertEquals(pid, lines(a.submit(request("m2", "pid"))).text());
    }

    @Test
    void aModelThatIsAlwaysBusyMakesRoomAtLast() throws Exception {
        kept.budget(15_000);
        Settings settings = settings().queueTimeout(Duration.ofSeconds(40));
        WorkerPool a = large("a", settings);
        WorkerPool b = large("b", settings);
        Answer busy = lines(a.submit(request("m1", "wait")));
        String pid = busy.text();
        Answer waiting = lines(b.submit(request("m2", "say")));
        assertEquals(pid, lines(a.submit(request("m3", "pid"))).text());
        eventually().until(() -> a.status().draining() == 1);
        Answer later = lines(a.submit(request("m4", "pid")));
        assertEquals(1, a.status().waiting());
        busy.output().close();
        assertEquals(2, waiting.rest().size());
        assertNotEquals(pid, later.text());
    }

    @Test
    void allOthersMakeRoomForAModelThatIsLargerThanTheBudget() throws Exception {
        kept.budget(25_000);
        List<WorkerPool> all = new ArrayList<>();
        for (long memory : new long[]{10_000, 10_000, 99_000}) {
            all.add(kept.open(needs(memory, "needs-" + all.size(), settings())));
        }
        lines(all.get(0).submit(request("m1", "say"))).rest();
        lines(all.get(1).submit(request("m2", "say"))).rest();
        assertEquals(2, lines(all.get(2).submit(request("m3", "say"))).rest().size());
        assertEquals(List.of(0, 0, 1), kept.pools().status().stream().map(PoolStatus::ready).toList());
        assertEquals(2, lines(all.get(0).submit(request("m4", "say"))).rest().size());
        assertEquals(List.of(1, 0, 0), kept.pools().status().stream().map(PoolStatus::ready).toList());
    }

    @Test
    void oneIsReplacedBesideAsManyAsMayRunWhereThereIsRoomForAnother() throws Exception {
        kept.budget(25_000);
        WorkerPool a = large("a", settings().requests(2));
        Answer longest = kept.ask("m1", "wait");
        String pid = longest.text();
        assertEquals(pid, kept.ask("m2", "pid").text());
        eventually().until(() -> a.status().draining() == 1 && a.status().ready() == 1);
        assertNotEquals(pid, kept.ask("m3", "pid").text());
        longest.output().close();
        eventually().until(() -> a.status().draining() == 0);
    }

    @Test
    void oneIsNotReplacedBesideAsManyAsMayRunWhereThereIsNoRoom() throws Exception {
        kept.budget(15_000);
        WorkerPool a = large("a", settings().requests(2));
        Answer longest = kept.ask("m1", "wait");
        String pid = longest.text();
        assertEquals(pid, kept.ask("m2", "pid").text());
        // The keeper looks again and again.
        eventually().pollDelay(Duration.ofSeconds(1)).until(() -> a.status().starting() == 0);
        assertEquals(pid, kept.ask("m3", "pid").text());
        longest.output().close();
        eventually().until(() -> a.status().running() == 0);
        assertNotEquals(pid, kept.ask("m4", "pid").text());
    }

    @Test
    void aModelThatIsAskedForComesBeforeTheReplacementOfAnother() throws Exception {
        kept.budget(35_000);
        WorkerPool b = kept.open(needs(30_000, "b", settings()));
        WorkerPool a = large("a", settings().requests(2));
        Answer longest = kept.ask("m1", "wait");
        String pid = longest.text();
        Answer waiting = lines(b.submit(request("m2", "say")));
        assertEquals(pid, kept.ask("m3", "pid").text());
        // The keeper looks again and again.
        eventually().pollDelay(Duration.ofSeconds(1)).until(() -> a.status().starting() == 0);
        assertEquals(pid, kept.ask("m4", "pid").text());
        longest.output().close();
        assertEquals(2, waiting.rest().size());
    }
}
