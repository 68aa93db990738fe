package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testkit.LongRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand requests to the gateway and one MLX worker behind it, or as many fewer as {@code -Dcaravan.soak.seconds} is less than
 * 300: when they are warm, which is after a third, neither of the two processes grows any more.
 */
@Tag("long")
@DisplayName("MLX under load")
@Timeout(3600)
class MlxSoakIT {
    private static final String PROVIDER = "known";
    private static final int REQUESTS = 10_000;
    private static final Duration USUAL = Duration.ofMinutes(5);
    private static final int CLIENTS = 8;
    private static final int ROUNDS = 30;
    /** Full after some hundred requests, so that it turns over all the time. */
    private static final String PREFIXES = "2MB";
    /** For the model, the prefixes and what is worked on: a process that says it holds more is replaced. */
    private static final String WORKER = "{ min: 1, requests: 1000000, memory: 64MB, cancel: 1m }";
    /**
     * What the processes may take more in the last third than in the one before, for the JIT compiler and the allocators. What stays
     * of a request of the gateway on the heap is found by {@link ProcessUsage} long before.
     */
    private static final long GATEWAY_KILOBYTES = 16 << 10;
    private static final long WORKER_KILOBYTES = 8 << 10;
    /** More tokens than different prompts begin with. */
    private static final int SHARED = 40;
    private static final int LONG = 200;

    @Test
    void neitherTheGatewayNorTheWorkerGrows(@TempDir Path directory) throws Exception {
        MlxModels models = MlxModels.make();
        assumeTrue(ProcessUsage.known(), "there is no /proc or no jcmd");
        long seed = LongRun.seed("mlx soak");
        long calls = REQUESTS * LongRun.duration("soak", USUAL).toSeconds() / USUAL.toSeconds() / CLIENTS / ROUNDS + 1;
        String config = "providers:\n"
                + models.provider(PROVIDER, models.trained(), WORKER, "--prompt-cache-bytes", PREFIXES).indent(2);
        try (GatewayProcess gateway = GatewayProcess.start(directory, config, 0,
                "-XX:NativeMemoryTracking=summary")) {
            Patience.await("the worker has been started").until(() -> gateway.children().size() == 1);
            ProcessHandle worker = gateway.children().getFirst();
            List<MlxSoakClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new MlxSoakClient(gateway, new Random(seed * CLIENTS + i), i));
            }
            ResidentSize gatewaySize = new ResidentSize(gateway.pid());
            ResidentSize workerSize = new ResidentSize(worker.pid());
            ProcessUsage before = null;
            int workerFiles = 0;
            int workerThreads = 0;
            for (int round = 0; round < ROUNDS; round++) {
                if (round == ROUNDS / 3) {
                    before = ProcessUsage.of(gateway.pid());
                    workerFiles = workerSize.files();
                    workerThreads = workerSize.threads();
                }
                round(clients, calls);
                Patience.await("no call is under way").until(() -> gateway.activeCalls() == 0);
                assertEquals(List.of(worker), gateway.children(),
                        () -> "another process has come, or a further one: " + told(gateway));
                ProcessUsage.collectGarbage(gateway.pid()); // what waits for that is not held
                gatewaySize.sample();
                workerSize.sample();
            }
            ProcessUsage after = ProcessUsage.of(gateway.pid());
            System.out.println("mlx soak: " + MlxSoakClient.told(clients) + "\n  gateway " + gatewaySize + "\n  worker "
                    + workerSize + "\n  gateway before " + before + ", after " + after + "\n  worker before "
                    + workerFiles + " files, " + workerThreads + " threads, after " + workerSize.files() + " files, "
                    + workerSize.threads() + " threads");
            assertPrefixesAreBounded(gateway);
            assertTrue(gatewaySize.growth() <= GATEWAY_KILOBYTES, () -> "the gateway: " + gatewaySize);
            assertTrue(workerSize.growth() <= WORKER_KILOBYTES, () -> "the worker: " + workerSize);
            after.assertNoMoreThan(before, calls * CLIENTS * ROUNDS * 2 / 3);
            assertTrue(workerSize.files() <= workerFiles, "files of the worker");
            assertTrue(workerSize.threads() <= workerThreads, "threads of the worker");
            assertEquals(List.of(), gateway.errors(), "Caravan's own failures in the log");
        }
    }

    /** What the gateway has logged of its processes. */
    private static List<String> told(GatewayProcess gateway) {
        return gateway.log().lines().filter(line -> line.contains(PROVIDER + "[") || line.contains(PROVIDER + ":"))
                .toList();
    }

    /** Of some prompts, each of which takes a third of the room, the last one is kept and the first is not. */
    private static void assertPrefixesAreBounded(GatewayProcess gateway) throws IOException {
        int few = 5;
        for (int i = 0; i < few; i++) {
            assertTrue(readFromCache(gateway, i) < SHARED, "prompt " + i + " is new");
        }
        assertTrue(readFromCache(gateway, few - 1) > SHARED, "what was just asked is kept");
        assertTrue(readFromCache(gateway, 0) < SHARED, "more is kept than " + PREFIXES);
    }

    /** How many tokens of a long prompt need not be read; a token takes half a kilobyte in the cache. */
    private static int readFromCache(GatewayProcess gateway, int number) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.patience(MlxSoakClient.PATIENCE_MILLIS);
            WireReply reply = client.post("/v1/messages",
                    MlxSoakClient.ask("Number " + number + ". " + "Mind it well. ".repeat(LONG), 1, "")).reply();
            assertEquals(200, reply.status(), reply.text());
            JsonNode usage = reply.json().path("usage");
            int cached = usage.path("cache_read_input_tokens").asInt();
            int tokens = usage.path("input_tokens").asInt() + cached;
            assertTrue(tokens > 1_000 && tokens < 2_500, usage::toString);
            return cached;
        }
    }

    private static void round(List<MlxSoakClient> clients, long calls) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> rounds = new ArrayList<>();
            for (MlxSoakClient client : clients) {
                rounds.add(threads.submit(() -> {
                    client.calls(calls);
                    return null;
                }));
            }
            for (Future<?> round : rounds) {
                round.get();
            }
        }
    }
}
