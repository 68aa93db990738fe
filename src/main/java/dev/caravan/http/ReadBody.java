package dev.caravan.http;

import dev.caravan.config.CaravanConfig;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Reads the request's body, as much of it as this door allows, into a byte array. */
public final class ReadBody implements Processor {
    private final long maxBytes;
    private Duration timeout = Duration.ofSeconds(120);

    /** Reads bodies up to {@code server.max-body}. */
    public static ReadBody of(CaravanConfig config) {
        return new ReadBody(config.server().maxBodyBytes());
    }

    /** Reads bodies up to so many bytes. */
    public ReadBody(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** How long the body may take to arrive; 120 s by default. */
    public void setTimeout(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        exchange.getMessage().setBody(RequestBody.read(reply, maxBytes, timeout));
    }
}
