package dev.caravan.provider;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.TimeValue;

/** Makes the pool of a provider's connections. */
public final class ProviderConnections {
    /**
     * A connection that was idle for this long is looked at before it is used again, since its server may have closed it: a
     * request that is sent into a closed connection is lost, and must not be repeated. Looking takes a millisecond, which busy
     * connections are spared.
     */
    private static final TimeValue LOOK_AFTER = TimeValue.ofMilliseconds(50);

    private ProviderConnections() {}

    /** A pool of up to so many connections. */
    public static PoolingHttpClientConnectionManager pool(int maxConnections) {
        ConnectionConfig config = ConnectionConfig.custom().setValidateAfterInactivity(LOOK_AFTER).build();
        return PoolingHttpClientConnectionManagerBuilder.create().setMaxConnTotal(maxConnections)
                .setMaxConnPerRoute(maxConnections).setDefaultConnectionConfig(config).build();
    }
}
