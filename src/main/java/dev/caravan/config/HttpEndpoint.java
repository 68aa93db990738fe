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
 * @param mediaFetch what is fetched for it beforehand, since it takes no URLs; empty for nothing
 */
public record HttpEndpoint(URI baseUrl, Optional<Secret> apiKey, Map<String, Secret> headers, Timeouts timeouts,
        Optional<MediaFetch> mediaFetch) {

    /** An endpoint for which nothing is fetched. */
    public HttpEndpoint(URI baseUrl, Optional<Secret> apiKey, Map<String, Secret> headers, Timeouts timeouts) {
        this(baseUrl, apiKey, headers, timeouts, Optional.empty());
    }

    public HttpEndpoint {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
}
