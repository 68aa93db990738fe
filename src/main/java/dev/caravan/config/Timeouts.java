package dev.caravan.config;

import java.time.Duration;

/**
 * How long to wait for a provider.
 *
 * @param connect until the connection stands
 * @param idle    the longest silence of the upstream: before its first byte and between two
 */
public record Timeouts(Duration connect, Duration idle) {

    /** 10 s to connect, 120 s of silence. */
    public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(120));
}
