package dev.caravan.queue.job;

import dev.caravan.message.MessageEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Keeps the body, one event of the job's answer, for those who follow it and for those who come later. Thread-safe. */
public final class RecordEvent implements Processor {
    @Override
    public void process(Exchange exchange) throws Exception {
        if (exchange.getMessage().getBody() instanceof MessageEvent event) {
            exchange.getProperty(JobAttempt.PROPERTY, JobAttempt.class).recorder().add(event);
        }
    }
}
