package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private final Cancellation cancellation = new Cancellation();
    private final List<String> ran = new ArrayList<>();

    @Test
    void actionsRunOnceAndInOrder() {
        cancellation.onCancel(() -> ran.add("connection"));
        cancellation.onCancel(() -> ran.add("place in the queue"));
        assertFalse(cancellation.cancelled());
        cancellation.cancel();
        cancellation.cancel();
        assertTrue(cancellation.cancelled());
        assertEquals(List.of("connection", "place in the queue"), ran);
    }

    @Test
    void anActionThatComesTooLateRunsAtOnce() {
        cancellation.cancel();
        cancellation.onCancel(() -> ran.add("late"));
        assertEquals(List.of("late"), ran);
    }

    @Test
    void anActionTakenBackDoesNotRun() {
        Runnable action = () -> ran.add("no");
        cancellation.onCancel(action);
        cancellation.remove(action);
        cancellation.cancel();
        assertEquals(List.of(), ran);
    }

    @Test
    void anActionMayAddAnother() {
        cancellation.onCancel(() -> cancellation.onCancel(() -> ran.add("inner")));
        cancellation.cancel();
        assertEquals(List.of("inner"), ran);
    }

    /** A connection that cannot be closed must not leave a process running. */
    @Test
    void anActionThatThrowsDoesNotKeepTheOthersFromRunning() {
        cancellation.onCancel(() -> {
            throw new IllegalStateException("first");
        });
        cancellation.onCancel(() -> ran.add("process"));
        cancellation.onCancel(() -> {
            throw new IllegalStateException("second");
        });
        assertEquals("first", assertThrows(IllegalStateException.class, cancellation::cancel).getMessage());
        assertEquals(List.of("process"), ran);
        cancellation.cancel();
    }

    @Test
    void everyActionRunsExactlyOnceWhoeverCancels() {
        AtomicInteger runs = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 500; i++) {
                threads.execute(() -> cancellation.onCancel(runs::incrementAndGet));
                if (i % 100 == 50) {
                    threads.execute(cancellation::cancel);
                }
            }
        }
        assertEquals(500, runs.get());
    }
}
