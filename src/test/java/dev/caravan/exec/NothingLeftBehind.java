package dev.caravan.exec;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Holds after each test that no process and no thread of the executor is left. */
public final class NothingLeftBehind implements AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public void afterEach(ExtensionContext test) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertEquals(List.of(), processes(), "processes left");
            assertEquals(List.of(), threads(), "threads left");
        });
    }

    /** The processes that this Java machine has started and that still run, with what they have started, but for the guardian. */
    static List<String> processes() {
        return ProcessHandle.current().descendants().filter(NothingLeftBehind::runs)
                .map(process -> process.pid() + " " + process.info().commandLine().orElse("")).toList();
    }

    /** Whether a process runs. One that is dead and not yet asked for its exit code by its parent has no command line. */
    public static boolean runs(ProcessHandle process) {
        return process.isAlive()
                && process.info().commandLine().filter(line -> !line.contains(Guardian.NAME)).isPresent();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("caravan-exec-")).sorted().toList();
    }
}
