package dev.caravan.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Where Caravan listens and what it accepts.
 *
 * @param host         the name or address to listen on
 * @param port         the port, 0 for any free one
 * @param corsOrigins  the origins that browsers may call from, such as {@code http://localhost:3000}, in lower case;
 *                     {@code *} for any
 * @param maxBodyBytes the largest request body of the Messages API, in bytes
 * @param publicUrl    where clients reach Caravan, without a slash at the end, when it cannot be told from their requests
 */
public record ServerConfig(String host, int port, List<String> corsOrigins, long maxBodyBytes,
        Optional<URI> publicUrl) {

    public ServerConfig {
        corsOrigins = List.copyOf(corsOrigins);
    }
}
