package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.testkit.LongRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Steady mixed load for minutes, {@code -Dcaravan.soak.seconds} in all: what the gateway holds at the end is what it held after the
 * first third. An object, a connection, a thread or a buffer that stays for each call would show.
 */
@Tag("case-23")
@Tag("long")
@Timeout(3600)
class SoakIT {
    private static final int CLIENTS = 16;
    private static final int CALLS_A_CONNECTION = 20;
    private static final String CONFIG = """
        providers:
          chat: { dialect: openai, base-url: "%u/v1" }
          claude: { dialect: anthropic, base-url: "%u", api-key: upstream-key-0123456789 }
          child: { dialect: exec, command: [sh, "%s"], max-processes: 100 }
        """;

    private final AtomicLong calls = new AtomicLong();

    @Test
    void nothingStaysOfACall(@TempDir Path directory) throws Exception {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
        assumeTrue(ProcessUsage.known(), "there is no /proc or no jcmd");
        long seed = LongRun.seed("soak");
        Duration length = LongRun.duration("soak", Duration.ofMinutes(5));
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                GatewayProcess gateway = GatewayProcess.start(directory, config(upstream), 0,
                        "-XX:NativeMemoryTracking=summary")) {
            upstream.script(SoakIT::answer);
            ProcessUsage before = load(gateway, upstream, length.dividedBy(3), seed);
            long first = calls.get();
            ProcessUsage after = load(gateway, upstream, length.multipliedBy(2).dividedBy(3), seed + 1);
            long more = calls.get() - first;
            System.out.println("soak: " + first + " calls, then " + before + "; " + more + " more, then " + after);
            after.assertNoMoreThan(before, more);
            assertEquals(List.of(), upstream.faults());
            assertEquals(List.of(), gateway.errors(), "Caravan's own failures in the log");
        }
    }

    private static String config(ScriptedUpstream upstream) {
        return CONFIG.replace("%u", upstream.url()).replace("%s",
                Path.of("src/test/resources/longrun/model.sh").toAbsolutePath().toString());
    }

    private static void answer(UpstreamCall call) throws IOException {
        boolean chat = call.request().path().endsWith("/chat/completions");
        boolean stream = call.request().text().contains("\"stream\":true");
        if (!stream) {
            call.json(chat
                    ? ChatWire.completion("{\"role\":\"assistant\",\"content\":\"one two\"}", "stop")
                    : Wire.MESSAGE);
            return;
        }
        StringBuilder frames = new StringBuilder(chat ? "" : Wire.opening());
        for (int i = 0; i < 20; i++) {
            frames.append(
                    chat ? ChatWire.text("word " + i) : Wire.frame("content_block_delta", Wire.delta("word " + i)));
        }
        call.streamHead().chunk(frames.toString()).chunk(chat ? ChatWire.end("stop") : Wire.closing()).lastChunk();
    }

    /** Loads the gateway for a while, and tells what it holds when it has come to rest. */
    private ProcessUsage load(GatewayProcess gateway, ScriptedUpstream upstream, Duration length, long seed)
            throws Exception {
        long end = System.nanoTime() + length.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed * CLIENTS + i);
                clients.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        connection(gateway, random);
                        upstream.calls().clear(); // they would fill this process's memory
                    }
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        Patience.await("no call is under way").until(() -> gateway.activeCalls() == 0);
        Patience.await("no model's process is left").until(() -> gateway.children().isEmpty());
        return ProcessUsage.of(gateway.pid());
    }

    /** Some calls of each kind over one connection, at the end of which the client often leaves too early. */
    private void connection(GatewayProcess gateway, Random random) throws IOException {
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < CALLS_A_CONNECTION; i++) {
                String model = switch (random.nextInt(40)) {
                    case 0 -> "child/number-1-words-5-whole-";
                    case 1 -> "nobody/knows-this";
                    default -> random.nextBoolean() ? "chat/x" : "claude/x";
                };
                calls.incrementAndGet();
                client.post("/v1/messages", random.nextInt(3) > 0 ? Wire.streaming(model) : Wire.request(model));
                WireReply reply = client.reply();
                assertEquals(model.startsWith("nobody") ? 404 : 200, reply.status(), reply::toString);
            }
            if (random.nextInt(4) == 0) {
                client.post("/v1/messages", Wire.streaming("chat/x")).head().event();
            }
        }
    }
}
