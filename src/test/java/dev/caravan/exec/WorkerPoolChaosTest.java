package dev.caravan.exec;

import static dev.caravan.exec.Children.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.config.ExecProvider;
import dev.caravan.config.WorkerSettings;
import dev.caravan.exec.Pools.Answer;
import dev.caravan.message.ApiException;
import dev.caravan.testkit.LongRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many readers of a pool at once, of which some leave and some are slow, while processes die in every way. Every request ends, in
 * one of the ways that it may; nothing is left.
 */
@Tag("long")
@Timeout(600)
@ExtendWith(NothingLeftBehind.class)
class WorkerPoolChaosTest {
    private static final List<String> GOOD = List.of("say:1", "say:50", "say:500", "error", "strange", "pid",
            "flood:20");
    private static final List<String> BAD = List.of("die:1", "die-after-text:0", "kill", "garbage", "partial", "fatal",
            "deaf", "stubborn", "no-id");
    private static final Set<Integer> STATUSES = Set.of(502, 504, 529);

    @Test
    void everyRequestEndsAndNothingIsLeft() throws Exception {
        assumeTrue(Children.installed("python3"), "python3 is not installed");
        long seed = LongRun.seed("pool chaos");
        long until = System.nanoTime() + LongRun.duration("chaos", Duration.ofSeconds(20)).toNanos();
        Map<String, Integer> outcomes = new TreeMap<>();
        DefaultCamelContext context = new DefaultCamelContext();
        context.start();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Settings settings = new Settings(new WorkerSettings(1, 3, 4, 20, Duration.ofSeconds(5),
                    Duration.ofSeconds(1), 40,
                    OptionalLong.empty(), Duration.ofSeconds(30), Duration.ofMillis(300), Duration.ofSeconds(1)));
            ExecProvider provider = Pools.provider("demo", settings, Duration.ofSeconds(3),
                    Optional.of(Duration.ofSeconds(8)));
            WorkerPool pool = WorkerPools.of(context).pool(provider);
            List<Future<String>> running = new ArrayList<>();
            for (int reader = 0; reader < 24; reader++) {
                Random random = new Random(seed * 31 + reader);
                running.add(readers.submit(new Reader(pool, random, until, outcomes)));
            }
            for (Future<String> reader : running) {
                reader.get();
            }
            eventually().until(() -> pool.status().running() == 0 && pool.status().waiting() == 0);
            assertEquals("0", Pools.lines(healthy(pool)).text());
            assertTrue(outcomes.getOrDefault("whole", 0) > 0, outcomes.toString());
            assertTrue(outcomes.getOrDefault("502", 0) > 0, outcomes.toString());
        } finally {
            context.stop();
        }
    }

    /** An answer of the pool after all that; its last processes may still be dying. */
    private static java.io.InputStream healthy(WorkerPool pool) {
        java.io.InputStream[] answer = new java.io.InputStream[1];
        eventually().ignoreException(ApiException.class).until(() -> {
            answer[0] = pool.submit(Pools.request("last", "say"));
            return true;
        });
        return answer[0];
    }

    private record Reader(WorkerPool pool, Random random, long until, Map<String, Integer> outcomes)
            implements
                Callable<String> {
        @Override
        public String call() throws Exception {
            for (int i = 0; System.nanoTime() < until; i++) {
                List<String> choice = random.nextInt(12) == 0 ? BAD : GOOD;
                String outcome = outcome("m" + i, choice.get(random.nextInt(choice.size())));
                synchronized (outcomes) {
                    outcomes.merge(outcome, 1, Integer::sum);
                }
            }
            return "";
        }

        private String outcome(String id, String what) throws IOException {
            int linesUntilItLeaves = random.nextInt(4) == 0 ? random.nextInt(20) : Integer.MAX_VALUE;
            try {
                Answer answer = Pools.lines(pool.submit(Pools.request(id, what)));
                String last = "";
                int count = 0;
                for (String line = answer.line(); line != null; line = answer.line()) {
                    last = line;
                    if (++count > linesUntilItLeaves) {
                        answer.output().close();
                        return "left";
                    }
                }
                assertTrue(last.contains("\"done\"") || last.contains("\"error\""), what + " ended with " + last);
                return "whole";
            } catch (ApiException e) {
                assertTrue(STATUSES.contains(e.status()), e.toString());
                return Integer.toString(e.status());
            }
        }
    }
}
