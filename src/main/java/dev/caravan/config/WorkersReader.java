package dev.caravan.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code workers} of a provider that is a process. */
final class WorkersReader {

    /** The key of the section. */
    static final String KEY = "workers";
    /** The most memory that can be named, in bytes. */
    static final long MOST_MEMORY = 1L << 50;

    private static final List<String> KEYS = List.of("min", "max", "concurrency", "queue", "queue-timeout", "idle",
            "requests", "memory", "start", "cancel", "ping");
    private static final int MOST_WORKERS = 100;
    private static final int MOST_CONCURRENCY = 1_000;
    private static final int MOST_QUEUE = 100_000;
    private static final int MOST_REQUESTS = 1_000_000_000;

    private final OptionalLong memoryBudget;

    /** @param memoryBudget how many bytes all kept processes may need together; empty for no limit */
    WorkersReader(OptionalLong memoryBudget) {
        this.memoryBudget = memoryBudget;
    }

    WorkerSettings read(ConfigNode section) {
        return section.mapping("a mapping of " + String.join(", ", KEYS), KEYS).map(this::settings)
                .orElse(WorkerSettings.DEFAULT);
    }

    private WorkerSettings settings(ConfigMap map) {
        WorkerSettings usual = WorkerSettings.DEFAULT;
        int max = number(map, "max", 1, MOST_WORKERS, usual.max());
        int min = number(map, "min", 0, MOST_WORKERS, usual.min());
        map.get("max").filter(node -> min > max)
                .ifPresent(node -> node.problem("max is " + max + ", less than min, which is " + min));
        return new WorkerSettings(min, Math.max(min, max),
                number(map, "concurrency", 1, MOST_CONCURRENCY, usual.concurrency()),
                number(map, "queue", 1, MOST_QUEUE, usual.queue()),
                duration(map, "queue-timeout", usual.queueTimeout()),
                duration(map, "idle", usual.idle()), number(map, "requests", 1, MOST_REQUESTS, usual.requests()),
                map.get("memory").map(this::memory).orElse(OptionalLong.empty()),
                duration(map, "start", usual.start()), duration(map, "cancel", usual.cancel()),
                duration(map, "ping", usual.ping()));
    }

    private OptionalLong memory(ConfigNode node) {
        Optional<Long> memory = node.size(MOST_MEMORY);
        memory.filter(bytes -> memoryBudget.isPresent() && bytes > memoryBudget.getAsLong())
                .ifPresent(bytes -> node
                        .problem("memory is " + Units.sizeText(bytes) + ", more than memory-budget, which is "
                                + Units.sizeText(memoryBudget.getAsLong()) + ": it could never be loaded"));
        return memory.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static int number(ConfigMap map, String key, int least, int most, int usual) {
        return map.get(key).flatMap(node -> node.integer(least, most)).orElse(usual);
    }

    private static Duration duration(ConfigMap map, String key, Duration usual) {
        return map.get(key).flatMap(ConfigNode::duration).orElse(usual);
    }
}
