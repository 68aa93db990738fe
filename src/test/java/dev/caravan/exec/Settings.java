package dev.caravan.exec;

import dev.caravan.config.WorkerSettings;
import java.time.Duration;
import java.util.OptionalLong;

/** Settings of kept processes for tests: none of their limits matters but those that are said. */
record Settings(WorkerSettings made) {
    private static final WorkerSettings USUAL = new WorkerSettings(0, 1, 16, 64, Children.NEVER, Children.NEVER,
            1_000_000, OptionalLong.empty(), Children.NEVER, Duration.ofSeconds(30), Duration.ofMinutes(2));

    static Settings settings() {
        return new Settings(USUAL);
    }

    Settings min(int min) {
        return with(min, made.max(), made.concurrency(), made.queue(), made.requests());
    }

    Settings max(int max) {
        return with(made.min(), max, made.concurrency(), made.queue(), made.requests());
    }

    Settings concurrency(int concurrency) {
        return with(made.min(), made.max(), concurrency, made.queue(), made.requests());
    }

    Settings queue(int queue) {
        return with(made.min(), made.max(), made.concurrency(), queue, made.requests());
    }

    Settings requests(int requests) {
        return with(made.min(), made.max(), made.concurrency(), made.queue(), requests);
    }

    private Settings with(int min, int max, int concurrency, int queue, int requests) {
        return new Settings(new WorkerSettings(min, max, concurrency, queue, made.queueTimeout(), made.idle(), requests,
                made.memory(), made.start(), made.cancel(), made.ping()));
    }

    Settings queueTimeout(Duration queueTimeout) {
        return with(queueTimeout, made.idle(), made.memory(), made.start(), made.cancel(), made.ping());
    }

    Settings idle(Duration idle) {
        return with(made.queueTimeout(), idle, made.memory(), made.start(), made.cancel(), made.ping());
    }

    Settings memory(long bytes) {
        return with(made.queueTimeout(), made.idle(), OptionalLong.of(bytes), made.start(), made.cancel(), made.ping());
    }

    Settings start(Duration start) {
        return with(made.queueTimeout(), made.idle(), made.memory(), start, made.cancel(), made.ping());
    }

    Settings cancel(Duration cancel) {
        return with(made.queueTimeout(), made.idle(), made.memory(), made.start(), cancel, made.ping());
    }

    Settings ping(Duration ping) {
        return with(made.queueTimeout(), made.idle(), made.memory(), made.start(), made.cancel(), ping);
    }

    private Settings with(Duration queueTimeout, Duration idle, OptionalLong memory, Duration start, Duration cancel,
            Duration ping) {
        return new Settings(new WorkerSettings(made.min(), made.max(), made.concurrency(), made.queue(), queueTimeout,
                idle, made.requests(), memory, start, cancel, ping));
    }
}
