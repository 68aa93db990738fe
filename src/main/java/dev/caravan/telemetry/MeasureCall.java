package dev.caravan.telemetry;

import dev.caravan.message.Call;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Has the call of a model counted and timed when it is over. */
public final class MeasureCall implements Processor {
    private final CallMetrics metrics;

    public MeasureCall(MeterRegistry registry) {
        this.metrics = new CallMetrics(registry);
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        metrics.begin();
        call.onComplete(() -> metrics.end(call, System.nanoTime() - call.getStartNanos()));
    }
}
