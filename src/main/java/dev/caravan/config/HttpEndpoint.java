package dev.caravan.config;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where an HTTP provider is and how it is called.
 *
 * @param baseUrl  an absolute http or https URL without user information, query, fragment and trailing slash; the path
 *                 of a request is appended to it
 * @param apiKey   the credential, which the dialect knows how to send; empty when the provider needs none
 * @param headers  further headers of every request, in the order of the file; their values are secret, since some are
 *                 credentials
 * @param timeouts how long to wait for it
 */
public record HttpEndpoint(URI baseUrl, Optional<Secret> apiKey, Map<String, Secret> headers, Timeouts timeouts) {

    public HttpEndpoint {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
}
