package dev.caravan.telemetry;

import dev.caravan.message.Call;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Has the call logged and counted when it is over. */
public final class ObserveCall implements Processor {
    private final CallMetrics metrics;

    public ObserveCall(MeterRegistry registry) {
        this.metrics = new CallMetrics(registry);
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String path = exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class);
        metrics.begin();
        call.onComplete(() -> {
            long nanos = System.nanoTime() - call.getStartNanos();
            AccessLog.write(call, path, nanos);
            metrics.end(call, nanos);
        });
    }
}
