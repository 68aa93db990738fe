package dev.caravan.provider;

import java.util.Map;

/**
 * An upstream's answer that is a failure.
 *
 * @param provider the provider's name in the configuration
 * @param status the HTTP status
 * @param headers by name without regard to case
 * @param body as much of the body as is worth reading, not to be modified
 */
public record UpstreamReply(String provider, int status, Map<String, String> headers, byte[] body) {}
