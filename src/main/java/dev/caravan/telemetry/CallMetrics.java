package dev.caravan.telemetry;

import dev.caravan.message.Call;
import dev.caravan.message.Progress;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts calls under the names of OpenTelemetry's conventions for generative AI: {@code gen_ai.server.request.duration},
 * {@code gen_ai.server.time_to_first_token}, {@code gen_ai.server.time_per_output_token}, {@code gen_ai.client.token.usage}.
 * Thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/">OpenTelemetry: GenAI metrics</a>
 */
final class CallMetrics {
    /** Clients choose model names, so the names that become labels are bounded; further ones count as {@code _OTHER}. */
    private static final int MAX_MODELS = 200;
    private static final String OTHER = "_OTHER";

    /** The boundaries that the conventions recommend, in seconds. */
    private static final Duration[] DURATIONS = durations(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12,
            10.24,
            20.48, 40.96, 81.92);
    private static final Duration[] FIRST_TOKEN = durations(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5,
            0.75, 1.0, 2.5, 5.0, 7.5, 10.0);
    private static final Duration[] PER_TOKEN = durations(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75,
            1.0,
            2.5);
    private static final double[] TOKENS = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

    /** One count a registry and gauge, whoever counts: several routes may, and Camel makes the beans of a file twice. */
    private static final Map<MeterRegistry, Map<String, AtomicInteger>> ACTIVE = Collections
            .synchronizedMap(new WeakHashMap<>());

    private final MeterRegistry registry;
    private final AtomicInteger active;
    private final Set<String> models = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Series, Meters> meters = new ConcurrentHashMap<>();

    /** @param activeGauge the name of the gauge of calls under way */
    CallMetrics(MeterRegistry registry, String activeGauge) {
        this.registry = registry;
        this.active = ACTIVE.computeIfAbsent(registry, any -> new ConcurrentHashMap<>()).computeIfAbsent(activeGauge,
                name -> activeCalls(registry, name));
    }

    private static AtomicInteger activeCalls(MeterRegistry registry, String gauge) {
        AtomicInteger active = new AtomicInteger();
        Gauge.builder(gauge, active, AtomicInteger::get).description("Calls under way")
                .strongReference(true).register(registry);
        return active;
    }

    void begin() {
        active.incrementAndGet();
    }

    void end(Call call, long nanos) {
        active.decrementAndGet();
        Progress progress = call.getProgress();
        Meters series = meters.computeIfAbsent(series(call), this::register);
        series.duration.record(nanos, TimeUnit.NANOSECONDS);
        if (progress.firstEventNanos() == 0) {
            return;
        }
        long first = progress.firstEventNanos() - call.getStartNanos();
        long output = progress.usage().outputTokens();
        series.firstToken.record(first, TimeUnit.NANOSECONDS);
        series.input.record(progress.usage().promptTokens());
        series.output.record(output);
        if (output > 1) {
            series.perToken.record((nanos - first) / (output - 1), TimeUnit.NANOSECONDS);
        }
    }

    private Series series(Call call) {
        Call.Target target = call.getTarget();
        Progress progress = call.getProgress();
        String outcome = progress.cancelled() ? "cancelled" : progress.error();
        return target == null
                ? new Series(OTHER, OTHER, outcome)
                : new Series(target.provider(), bounded(target.model()), outcome);
    }

    private String bounded(String model) {
        if (models.contains(model)) {
            return model;
        }
        return models.size() < MAX_MODELS && model.length() <= 100 && models.add(model) ? model : OTHER;
    }

    private Meters register(Series series) {
        Tags tags = Tags.of(Tag.of("gen_ai.operation.name", "chat"), Tag.of("gen_ai.provider.name", series.provider),
                Tag.of("gen_ai.request.model", series.model), Tag.of("error.type", series.error));
        return new Meters(timer("gen_ai.server.request.duration", "Time from request to end of reply", DURATIONS, tags),
                timer("gen_ai.server.time_to_first_token", "Time from request to first event", FIRST_TOKEN, tags),
                timer("gen_ai.server.time_per_output_token", "Time per token after the first", PER_TOKEN, tags),
                tokens("input", tags), tokens("output", tags));
    }

    private Timer timer(String name, String description, Duration[] boundaries, Tags tags) {
        return Timer.builder(name).description(description).serviceLevelObjectives(boundaries).tags(tags)
                .register(registry);
    }

    private DistributionSummary tokens(String type, Tags tags) {
        return DistributionSummary.builder("gen_ai.client.token.usage").description("Tokens of a call")
                .baseUnit("token")
                .serviceLevelObjectives(TOKENS).tags(tags.and("gen_ai.token.type", type)).register(registry);
    }

    private static Duration[] durations(double... seconds) {
        Duration[] durations = new Duration[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            durations[i] = Duration.ofNanos(Math.round(seconds[i] * 1e9));
        }
        return durations;
    }

    private record Series(String provider, String model, String error) {}

    private record Meters(Timer duration, Timer firstToken, Timer perToken, DistributionSummary input,
            DistributionSummary output) {}
}
