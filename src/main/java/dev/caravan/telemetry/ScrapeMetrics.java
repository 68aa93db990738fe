package dev.caravan.telemetry;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Answers with all metrics in Prometheus' text format. */
public final class ScrapeMetrics implements Processor {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;

    public ScrapeMetrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, TEXT_FORMAT);
        exchange.getMessage().setBody(registry.scrape(TEXT_FORMAT));
    }
}
