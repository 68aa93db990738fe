package dev.caravan.routes;

import dev.caravan.exec.PoolListener;
import dev.caravan.exec.PoolStatus;
import dev.caravan.exec.WorkerPools;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/**
 * Counts what becomes of kept processes, by provider: {@code caravan.workers} by state, {@code caravan.worker.queue.length},
 * {@code caravan.worker.queue.time}, {@code caravan.worker.load.time}, {@code caravan.worker.restarts},
 * {@code caravan.worker.tokens} by where they came from, {@code caravan.worker.prefill.rate} and
 * {@code caravan.worker.generation.rate} in tokens a second. Thread-safe.
 */
final class PoolMetrics implements PoolListener {
    private static final Duration[] WAITS = {Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100),
            Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(5)};
    private static final double[] RATES = {1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000};

    private final MeterRegistry registry;

    PoolMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Shows how the pool of a provider is whenever somebody asks. */
    void watch(WorkerPools pools, String provider) {
        state(pools, provider, "starting", PoolStatus::starting);
        state(pools, provider, "ready", PoolStatus::ready);
        state(pools, provider, "draining", PoolStatus::draining);
        Gauge.builder("caravan.worker.queue.length", () -> of(pools, provider, PoolStatus::waiting))
                .description("Requests that wait for a process").tags(tags(provider)).register(registry);
        restarts(provider);
    }

    private void state(WorkerPools pools, String provider, String state, ToIntFunction<PoolStatus> count) {
        Gauge.builder("caravan.workers", () -> of(pools, provider, count)).description("Kept processes")
                .tags(tags(provider).and("state", state)).register(registry);
    }

    private static int of(WorkerPools pools, String provider, ToIntFunction<PoolStatus> count) {
        return pools.status().stream().filter(pool -> pool.provider().equals(provider)).mapToInt(count).sum();
    }

    @Override
    public void loaded(String provider, Duration took) {
        Timer.builder("caravan.worker.load.time").description("Time from start to readiness of a process")
                .serviceLevelObjectives(WAITS).tags(tags(provider)).register(registry).record(took);
    }

    @Override
    public void assigned(String provider, Duration waited) {
        Timer.builder("caravan.worker.queue.time").description("Time that a request waited for a process")
                .serviceLevelObjectives(WAITS).tags(tags(provider)).register(registry).record(waited);
    }

    @Override
    public void restarted(String provider) {
        restarts(provider).increment();
    }

    private Counter restarts(String provider) {
        return Counter.builder("caravan.worker.restarts")
                .description("Processes started in place of one that died or could not start").tags(tags(provider))
                .register(registry);
    }

    @Override
    public void answered(String provider, Work work) {
        tokens(provider, "prefilled", work.inputTokens());
        tokens(provider, "cached", work.cachedTokens());
        tokens(provider, "generated", work.outputTokens());
        rate("caravan.worker.prefill.rate", "Prompt tokens read a second", provider, work.inputTokens(),
                work.prefillMillis());
        rate("caravan.worker.generation.rate", "Tokens written a second", provider, work.outputTokens(),
                work.generationMillis());
    }

    private void tokens(String provider, String source, OptionalLong count) {
        count.ifPresent(number -> Counter.builder("caravan.worker.tokens")
                .description("Tokens by what was done: prefilled, found in the prefix cache, generated")
                .tags(tags(provider).and("source", source)).register(registry).increment(number));
    }

    private void rate(String name, String description, String provider, OptionalLong tokens, OptionalLong millis) {
        if (tokens.isPresent() && tokens.getAsLong() > 0 && millis.isPresent() && millis.getAsLong() > 0) {
            DistributionSummary.builder(name).description(description).serviceLevelObjectives(RATES)
                    .tags(tags(provider)).register(registry)
                    .record(tokens.getAsLong() * 1000.0 / millis.getAsLong());
        }
    }

    private static Tags tags(String provider) {
        return Tags.of("provider", provider);
    }
}
