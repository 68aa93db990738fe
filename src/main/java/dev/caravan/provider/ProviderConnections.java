package dev.caravan.provider;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Makes the pool of a provider's connections. */
public final class ProviderConnections {
    /**
     * A connection that was idle for this long is looked at before it is used again, since its server may have closed it.
     * Looking takes a millisecond, which busy connections are spared; servers wait for some seconds before they close one.
     */
    private static final TimeValue LOOK_AFTER = TimeValue.ofSeconds(1);

    /**
     * What the kernel takes in of a reply that nobody reads. Left to itself it lets this grow to several megabytes for a fast
     * upstream; this is enough for a megabyte or two a second from the other side of the earth.
     */
    private static final int RECEIVE_BUFFER = 256 * 1024;

    private ProviderConnections() {}

    /** A pool of up to so many connections. */
    public static PoolingHttpClientConnectionManager pool(int maxConnections) {
        // No time-out of the socket's: SilenceWatch bounds all waits, and tells why. The lax pool takes no lock. It is said of
        // connections too: one with TLS would else be given the time-out of its handshake when it is used again.
        ConnectionConfig config = ConnectionConfig.custom().setValidateAfterInactivity(LOOK_AFTER)
                .setSocketTimeout(Timeout.DISABLED).build();
        SocketConfig socket = SocketConfig.custom().setRcvBufSize(RECEIVE_BUFFER).setSoTimeout(Timeout.DISABLED)
                .build();
        return PoolingHttpClientConnectionManagerBuilder.create().setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnPerRoute(maxConnections).setDefaultConnectionConfig(config).setDefaultSocketConfig(socket)
                .build();
    }
}
