package dev.caravan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The lanes: each measures all targets once, one after another, and adds what it has found to the measurements. */
final class Lanes {

    static final List<String> ALL = List.of("latency", "requests", "events", "open");

    private static final double MILLI = 1e-3;
    private static final long MEMORY_SAMPLE_MILLIS = 100;
    private static final int OPEN_RAMP_MILLIS = 2_000;

    /** Of a turn of the latency lane: one opens the connection, the other finds the target's threads awake. */
    private static final int UNTIMED = 2;
    private static final int MOST_REQUESTS = 10_000_000;

    private final Plan plan;
    private final Generator generator;
    private final Wrk wrk;
    private final Measurements measurements;

    /**
     * Lanes.
     *
     * @param wrk the load of the requests lane, or null for the load generator
     */
    Lanes(Plan plan, Generator generator, Wrk wrk, Measurements measurements) {
        this.plan = plan;
        this.generator = generator;
        this.wrk = wrk;
        this.measurements = measurements;
    }

    /** Runs a lane by name. */
    void run(String lane, List<Target> targets) throws IOException, InterruptedException {
        switch (lane) {
            case "latency" -> latency(targets);
            case "requests" -> requests(targets);
            case "events" -> events(targets);
            case "open" -> open(targets);
            default -> throw new IllegalArgumentException("no such lane: " + lane);
        }
    }

    /** Makes a target warm, the same way for each: JSON requests, then streams, then single ones. */
    void warm(Target target) throws IOException {
        generator.run(target.json(Plan.JSON, 64, plan.warmRequests(), plan.warmSeconds()));
        generator.run(target.streams(Plan.EVENTS, 32, 0, plan.warmRequests() / 20, plan.warmSeconds() / 3));
        generator.run(target.json(Plan.JSON, 1, plan.warmRequests() / 20, plan.warmSeconds() / 20));
        generator.run(target.streams(Plan.FIRST_TOKEN, 1, 0, plan.warmRequests() / 100, plan.warmSeconds() / 20));
    }

    /** One request at a time; the targets take turns every few milliseconds, so that they share whatever else the machine does. */
    private void latency(List<Target> targets) throws IOException {
        Map<Target, List<LoadResult>> json = new LinkedHashMap<>();
        Map<Target, List<LoadResult>> streams = new LinkedHashMap<>();
        for (int round = 0; round < plan.latencyRounds(); round++) {
            for (Target target : targets) {
                json.computeIfAbsent(target, t -> new ArrayList<>())
                        .add(generator
                                .run(target.json(Plan.JSON, 1, plan.latencyRequests(), 10).notTimingFirst(UNTIMED)));
                streams.computeIfAbsent(target, t -> new ArrayList<>())
                        .add(generator.run(target.streams(Plan.FIRST_TOKEN, 1, 0, plan.latencyStreams(), 10)
                                .notTimingFirst(UNTIMED)));
            }
        }
        for (Target target : targets) {
            Timings whole = Timings.sum(json.get(target).stream().map(LoadResult::whole).toList());
            Timings first = Timings.sum(streams.get(target).stream().map(LoadResult::firstToken).toList());
            add(target, Metric.JSON_P50, whole.p50() * MILLI);
            add(target, Metric.JSON_P99, whole.p99() * MILLI);
            add(target, Metric.FIRST_TOKEN_P50, first.p50() * MILLI);
            add(target, Metric.FIRST_TOKEN_P99, first.p99() * MILLI);
            add(target, Metric.LATENCY_FAILED, failed(json.get(target)) + failed(streams.get(target)));
        }
    }

    private static long failed(List<LoadResult> results) {
        return results.stream().mapToLong(LoadResult::failed).sum();
    }

    private void requests(List<Target> targets) throws IOException, InterruptedException {
        for (Target target : targets) {
            Wrk.Result r;
            if (wrk != null) {
                r = wrk.run(target, Plan.JSON, 64, plan.throughput());
            } else {
                LoadResult load = generator.run(target.json(Plan.JSON, 64, MOST_REQUESTS, plan.throughput()));
                r = new Wrk.Result(load.requestsPerSecond(), load.failed());
            }
            add(target, Metric.REQUESTS, r.requestsPerSecond());
            add(target, Metric.REQUESTS_FAILED, r.failed());
        }
    }

    private void events(List<Target> targets) throws IOException {
        for (Target target : targets) {
            LoadResult r = generator.run(target.streams(Plan.EVENTS, 32, 0, MOST_REQUESTS, plan.throughput()));
            add(target, Metric.EVENTS, r.tokensPerSecond());
            add(target, Metric.EVENTS_FAILED, r.failed());
            tellFailures(target, r);
        }
    }

    private void open(List<Target> targets) throws IOException {
        for (Target target : targets) {
            AtomicLong highest = new AtomicLong();
            LoadResult r;
            try (ScheduledExecutorService memory = Executors.newSingleThreadScheduledExecutor()) {
                memory.scheduleAtFixedRate(() -> highest.accumulateAndGet(target.child().residentBytes(), Math::max), 0,
                        MEMORY_SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
                r = generator.run(target.streams(plan.openScript(), plan.openStreams(), OPEN_RAMP_MILLIS,
                        plan.openStreams(), 30));
                memory.shutdownNow();
            }
            add(target, Metric.OPEN_FIRST_TOKEN_P50, r.firstToken().p50() * MILLI);
            add(target, Metric.OPEN_FIRST_TOKEN_P99, r.firstToken().p99() * MILLI);
            add(target, Metric.OPEN_GAP_P50, r.gap().p50() * MILLI);
            add(target, Metric.OPEN_GAP_P99, r.gap().p99() * MILLI);
            add(target, Metric.OPEN_FAILED, r.failed());
            add(target, Metric.OPEN_RESIDENT, highest.get() / 1e6);
            tellFailures(target, r);
        }
    }

    /** What a process that has ended meanwhile seems to have reached is no measurement. */
    private void add(Target target, Metric metric, double value) {
        if (target.child().isAlive()) {
            measurements.add(target, metric, value);
        }
    }

    private static void tellFailures(Target target, LoadResult result) {
        if (result.failed() > 0) {
            System.err.println("bench:   " + target.name() + " failed: " + result.failures());
        }
    }
}
