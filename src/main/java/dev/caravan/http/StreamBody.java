package dev.caravan.http;

import dev.caravan.config.Units;
import dev.caravan.message.ApiException;
import dev.caravan.message.Text;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Puts the request's body into the exchange as an {@link java.io.InputStream} that is read while it arrives, for bodies too large to
 * be held. How large they may be is this step's own matter; {@code server.max-body} does not count.
 */
public final class StreamBody implements Processor {
    private long maxBytes = 256L << 20;
    private Duration idleTimeout = Duration.ofSeconds(120);

    /**
     * The most bytes of a body, such as {@code 256MB}, which is the default.
     *
     * @throws IllegalArgumentException when the text is no size
     */
    public void setMaxSize(String size) {
        maxBytes = Units.size(size).orElseThrow(
                () -> new IllegalArgumentException("expected a size such as 256MB, found " + Text.excerpt(size)));
    }

    /** How long a reader waits for a client that sends nothing; 120 s by default. The whole may take any time. */
    public void setIdleTimeout(Duration idleTimeout) {
        this.idleTimeout = idleTimeout;
    }

    /**
     * @throws ApiException 413 when the request says already that it is larger; 400 when it is compressed
     */
    @Override
    public void process(Exchange exchange) {
        HttpReply reply = exchange.getProperty(HttpReply.PROPERTY, HttpReply.class);
        exchange.getMessage().setBody(RequestBody.stream(reply, maxBytes, idleTimeout));
    }
}
