package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Pools.USUAL;
import static dev.caravan.exec.Pools.lines;
import static dev.caravan.exec.Pools.provider;
import static dev.caravan.exec.Pools.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.config.WorkerSettings;
import dev.caravan.exec.Pools.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Models of which not all fit into the memory that there is for them together. */
@Timeout(120)
@ExtendWith(NothingLeftBehind.class)
class MemoryBudgetTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private WorkerPools pools;

    @BeforeAll
    static void needsPython() {
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

    private void budget(long bytes) {
        pools = new WorkerPools(context, OptionalLong.of(bytes), PoolListener.NONE);
        pools.addToContext();
    }

    private WorkerPool large(String name, Duration queueTimeout, String... arguments) {
        WorkerSettings settings = new WorkerSettings(1, 1, 16, 9, queueTimeout, USUAL.idle(), 99,
                OptionalLong.of(10_000), USUAL.start(), USUAL.cancel(), USUAL.ping());
        return pools.pool(provider(name, settings, Children.NEVER, Optional.empty(), arguments));
    }

    @Test
    void theOneThatWasUsedLongestAgoMakesRoomForAnotherModel() throws Exception {
        budget(25_000);
        WorkerPool a = large("a", Children.NEVER);
        WorkerPool b = large("b", Children.NEVER);
        WorkerPool c = large("c", Children.NEVER);
        lines(a.submit(request("m1", "say"))).rest();
        lines(b.submit(request("m2", "say"))).rest();
        lines(a.submit(request("m3", "say"))).rest();
        lines(c.submit(request("m4", "say"))).rest();
        assertEquals(List.of(1, 0, 1), pools.status().stream().map(PoolStatus::ready).toList());
        Answer busyA = lines(a.submit(request("m5", "wait")));
        Answer busyC = lines(c.submit(request("m6", "wait")));
        busyA.text();
        busyC.text();
        Answer waiting = lines(b.submit(request("m7", "say")));
        eventually().until(() -> b.status().waiting() == 1);
        busyC.output().close();
        assertEquals(2, waiting.rest().size());
        assertEquals(List.of(1, 1, 0), pools.status().stream().map(PoolStatus::ready).toList());
        busyA.output().close();
    }

    @Test
    void noMoreAreEndedThanMustBeWhileOneTakesItsTime() throws Exception {
        budget(25_000);
        WorkerPool a = large("a", Children.NEVER, "exit=late");
        WorkerPool b = large("b", Children.NEVER, "exit=late");
        WorkerPool c = large("c", Children.NEVER);
        lines(a.submit(request("m1", "say"))).rest();
        lines(b.submit(request("m2", "say"))).rest();
        lines(c.submit(request("m3", "say"))).rest();
        assertEquals(List.of(0, 1, 1), pools.status().stream().map(PoolStatus::ready).toList());
    }

    @Test
    void noModelMakesRoomForOneThatNobodyAsksFor() throws Exception {
        budget(15_000);
        WorkerPool a = large("a", Children.NEVER);
        String pid = lines(a.submit(request("m1", "pid"))).text();
        large("b", Children.NEVER).warmUp();
        eventually().until(() -> a.status().running() == 0);
        // The keeper looks at a pool that is to start at once, and again and again.
        eventually().pollDelay(Duration.ofSeconds(1)).until(() -> a.status().ready() == 1);
        assertEquals(pid, lines(a.submit(request("m2", "pid"))).text());
    }

    @Test
    void aModelThatIsAlwaysBusyMakesRoomAtLast() throws Exception {
        budget(15_000);
        Duration queueTimeout = Duration.ofSeconds(40);
        WorkerPool a = large("a", queueTimeout);
        WorkerPool b = large("b", queueTimeout);
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
}
