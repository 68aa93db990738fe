package dev.caravan.telemetry;

import dev.caravan.message.Call;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Has the call of a model counted and timed when it is over. */
public final class MeasureCall implements Processor {
    private final CallMetrics metrics;

    /** Counts calls of the doors as {@code caravan.calls.active} while they are under way. */
    public MeasureCall(MeterRegistry registry) {
        this(registry, "caravan.calls.active");
    }

    /** @param activeGauge the name of the gauge that shows how many calls are under way */
    public MeasureCall(MeterRegistry registry, String activeGauge) {
        this.metrics = new CallMetrics(registry, activeGauge);
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        metrics.begin();
        call.onComplete(() -> metrics.end(call, System.nanoTime() - call.getStartNanos()));
    }
}
