package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.testkit.LongRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients against an upstream, both of which do everything that they should not. Every reply is one that may be, and when all
 * have gone nothing is left of them. {@code -Dcaravan.seed} has the same calls made again, {@code -Dcaravan.chaos.seconds} sets how
 * long.
 */
@Tag("long")
@Timeout(1800)
class ChaosIT {
    private static final int CLIENTS = 48;
    private static final int WARM_UP = 300;
    /** More than a few violations tell nothing new. */
    private static final int ENOUGH = 10;
    private static final String CONFIG = """
        timeouts: { idle: 120s }
        providers:
          chat: { dialect: openai, base-url: "%u/v1" }
          brief-chat: { dialect: openai, base-url: "%u/v1", timeouts: { idle: 1s } }
          anthropic: { dialect: anthropic, base-url: "%u", api-key: upstream-key-0123456789 }
          brief-anthropic: { dialect: anthropic, base-url: "%u", api-key: upstream-key-0123456789, timeouts: { idle: 1s } }
          child: { dialect: exec, command: [sh, "%s"], max-line: 100KB, max-processes: 1000 }
          brief-child: { dialect: exec, command: [sh, "%s"], max-processes: 1000, timeouts: { idle: 1s } }
        """;

    private final Queue<AssertionError> violations = new ConcurrentLinkedQueue<>();

    @Test
    void everyReplyIsLegalAndNothingIsLeft(@TempDir Path directory) throws Exception {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
        assumeTrue(ProcessUsage.known(), "there is no /proc or no jcmd");
        long seed = LongRun.seed("chaos");
        Duration length = LongRun.duration("chaos", Duration.ofMinutes(3));
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                GatewayProcess gateway = GatewayProcess.start(directory, config(upstream), 0,
                        "-Dcaravan.keep-alive.first=300ms", "-Dcaravan.keep-alive.every=200ms")) {
            upstream.script(new ChaosUpstream(seed));
            AtomicInteger numbers = new AtomicInteger();
            calls(gateway, seed, numbers, WARM_UP, Duration.ofMinutes(5));
            awaitCalm(gateway, upstream);
            ProcessUsage before = ProcessUsage.of(gateway.pid());
            int openBefore = upstream.open();

            calls(gateway, seed, numbers, Integer.MAX_VALUE, length);
            System.out.println("chaos: " + numbers + " calls");
            awaitCalm(gateway, upstream);
            assertLikeBefore(before, openBefore, gateway, upstream);
            assertEquals(List.of(), gateway.errors(), "Caravan's own failures in the log");
            plainCalls(gateway, seed);
        }
    }

    private static String config(ScriptedUpstream upstream) {
        return CONFIG.replace("%u", upstream.url()).replace("%s",
                Path.of("src/test/resources/longrun/model.sh").toAbsolutePath().toString());
    }

    /** Has all clients make calls, until so many are made or the time is over. */
    private void calls(GatewayProcess gateway, long seed, AtomicInteger numbers, int most, Duration length)
            throws Exception {
        long end = System.nanoTime() + length.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> {
                    while (violations.size() < ENOUGH && System.nanoTime() < end && numbers.get() < most) {
                        try {
                            ChaosClient.call(gateway.port(), ChaosPlan.of(seed, numbers.getAndIncrement()));
                        } catch (AssertionError e) {
                            violations.add(e);
                        }
                    }
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        if (!violations.isEmpty()) {
            AssertionError all = new AssertionError(
                    violations.size() + " illegal replies, -Dcaravan.seed=" + seed + "\n"
                            + gateway.errors());
            violations.forEach(all::addSuppressed);
            throw all;
        }
    }

    private static void awaitCalm(GatewayProcess gateway, ScriptedUpstream upstream) {
        Patience.await("no call is under way").until(() -> gateway.activeCalls() == 0);
        Patience.await("no model's process is left").until(() -> gateway.children().isEmpty());
        Patience.await("no upstream call is left").until(() -> upstream.calls().stream().allMatch(UpstreamCall::over));
        assertEquals(List.of(), upstream.faults(), "calls that the gateway did not give up");
    }

    /**
     * The connections that are open to the upstream now are idle: they serve the next calls, and are no leak. Nor are threads of
     * the JDK's own pools (carriers, those that wait for processes to end), which stay for a minute after the highest load.
     */
    private static void assertLikeBefore(ProcessUsage before, int openBefore, GatewayProcess gateway,
            ScriptedUpstream upstream) {
        Patience.await("nothing is left").untilAsserted(() -> {
            ProcessUsage after = ProcessUsage.of(gateway.pid());
            String both = "before " + before + " with " + openBefore + " connections to the upstream, after " + after
                    + " with " + upstream.open();
            assertTrue(after.files() - upstream.open() <= before.files() - openBefore + 8, both);
            assertTrue(after.threads() <= before.threads() + CLIENTS, both);
            for (String type : List.of("java.lang.VirtualThread", "dev.caravan.message.Call")) {
                assertTrue(after.instances(type) <= before.instances(type) + 8, both);
            }
        });
    }

    /** One call to each provider that does nothing odd. */
    private static void plainCalls(GatewayProcess gateway, long seed) throws IOException {
        for (ChaosPlan.Dialect dialect : ChaosPlan.Dialect.values()) {
            for (int number = 0;; number++) {
                ChaosPlan plan = ChaosPlan.of(seed, number);
                if (plan.dialect() == dialect && plan.upstream() == ChaosPlan.Upstream.WHOLE
                        && plan.client() == ChaosPlan.Client.STAYS) {
                    ChaosClient.call(gateway.port(), plan);
                    break;
                }
            }
        }
    }
}
