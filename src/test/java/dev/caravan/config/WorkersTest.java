package dev.caravan.config;

import static dev.caravan.config.MistakesTest.mistake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("workers of an exec provider, and the memory-budget of all")
class WorkersTest {
    private static final String EXEC = "a: { dialect: exec, command: [x]";

    private static Optional<WorkerSettings> read(String provider) {
        return ((ExecProvider) Configs.readProvider(provider, Map.of("MANY", "7", "LONG", "2m"))).workers();
    }

    @Test
    void withoutThemEachRequestHasItsProcess() {
        assertEquals(Optional.empty(), read(EXEC + " }"));
        assertEquals(OptionalLong.empty(), Configs.read("providers: { " + EXEC + " } }").memoryBudget());
    }

    @ParameterizedTest
    @ValueSource(strings = {", workers: {} }", ", workers: }"})
    void whatIsNotSaidHasDefaults(String section) {
        assertEquals(Optional.of(WorkerSettings.DEFAULT), read(EXEC + section));
        assertEquals(new WorkerSettings(1, 1, 16, 64, Duration.ofMinutes(5), Duration.ofMinutes(30), 10_000,
                OptionalLong.empty(), Duration.ofMinutes(10), Duration.ofSeconds(2), Duration.ofSeconds(15)),
                WorkerSettings.DEFAULT);
    }

    @Test
    void everyKey() {
        assertEquals(
                Optional.of(new WorkerSettings(0, 3, 4, 7, Duration.ofMinutes(2), Duration.ofHours(1), 50,
                        OptionalLong.of(8L << 30), Duration.ofMinutes(1), Duration.ofMillis(500),
                        Duration.ofSeconds(5))),
                read(EXEC
                        + ", workers: { min: 0, max: 3, concurrency: 4, queue: \"${MANY}\", queue-timeout: \"${LONG}\", "
                        + "idle: 1h, requests: 50, memory: 8GB, start: 1m, cancel: 500ms, ping: 5s } }"));
        assertEquals(OptionalLong.of(24L << 30),
                Configs.read("memory-budget: 24GB\nproviders: { " + EXEC + " } }").memoryBudget());
    }

    @Test
    void moreThanOneAtLeastIsMoreThanOneAtMost() {
        assertEquals(3, read(EXEC + ", workers: { min: 3 } }").orElseThrow().max());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("not a mapping", "providers: { a: { dialect: exec, command: [x], workers: 2 } }",
                        "caravan.yaml:1:57: providers.a.workers: expected a mapping of min, max, concurrency, queue, "
                                + "queue-timeout, idle, requests, memory, start, cancel, ping, found the number 2"),
                mistake("a key that is nearly one",
                        "providers: { a: { dialect: exec, command: [x], workers: { maxx: 2 } } }",
                        "caravan.yaml:1:59: providers.a.workers.maxx: unknown key `maxx`; did you mean `max`? Valid: min, "
                                + "max, concurrency, queue, queue-timeout, idle, requests, memory, start, cancel, ping"),
                mistake("less at most than at least",
                        "providers: { a: { dialect: exec, command: [x], workers: { min: 3, max: 2 } } }",
                        "caravan.yaml:1:72: providers.a.workers.max: max is 2, less than min, which is 3"),
                mistake("both limits of processes",
                        "providers: { a: { dialect: exec, command: [x], max-processes: 2, workers: {} } }",
                        "caravan.yaml:1:63: providers.a.max-processes: max-processes is for one process a request; with "
                                + "workers it is workers.max"),
                mistake("more memory than there is for all",
                        "memory-budget: 8GB\nproviders: { a: { dialect: exec, command: [x], workers: { memory: 9GB } } }",
                        "caravan.yaml:2:67: providers.a.workers.memory: memory is 9GB, more than memory-budget, which is 8GB: "
                                + "it could never be loaded"),
                mistake("memory without a unit", "memory-budget: 24\nproviders: { a: { dialect: exec, command: [x] } }",
                        "caravan.yaml:1:16: memory-budget: expected a size such as 64KB, 32MB or 1GB, found the number 24, which has "
                                + "no unit"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void mistakes(String what, String yaml, List<String> expected) {
        Configs.assertMistakes(yaml, Map.of(), expected);
    }

    private static final String SCHEMA_EXEC = "providers: { a: { dialect: exec, command: [x], workers: %s } }";

    @ParameterizedTest
    @ValueSource(strings = {"{ min: 0 }", "{ max: 100, concurrency: \"${MANY}\", queue: 1 }",
            "{ memory: 8GB, start: 10m, cancel: 2s, ping: 15s, idle: 30m, requests: 10000, queue-timeout: 5m }", ""})
    void theSchemaTakesWhatIsRight(String section) {
        String yaml = SCHEMA_EXEC.formatted(section);
        assertEquals(Set.of(), YamlJson.validate(YamlJson.schema(), yaml));
        Configs.read(yaml, Map.of("MANY", "7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "[]", "{ min: -1 }", "{ max: 0 }", "{ max: 101 }", "{ queue: 0 }", "{ memory: 8 }",
            "{ idle: 1 }", "{ workers: 2 }", "{ concurrency: many }"})
    void theSchemaRefusesWhatIsWrong(String section) {
        String yaml = SCHEMA_EXEC.formatted(section);
        Configs.fail(yaml, Map.of());
        assertTrue(!YamlJson.validate(YamlJson.schema(), yaml).isEmpty(), "the schema accepts it");
    }
}
