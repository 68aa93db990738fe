package dev.caravan.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Bounds what the kernel keeps of a stream for a client that does not read. Left to itself it grows the send buffer to several
 * megabytes, which then count as delivered while nobody has seen them.
 */
final class SocketBuffers {
    private static final int SEND_BUFFER = 256 * 1024;

    private SocketBuffers() {}

    static void limit(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            Channel channel = connection.channel();
            channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER);
        }
    }
}
