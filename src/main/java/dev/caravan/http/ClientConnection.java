package dev.caravan.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** What has to be known of a client's connection and Vert.x does not tell. */
final class ClientConnection {
    private static final int SEND_BUFFER = 256 * 1024;

    private ClientConnection() {}

    /** Whether the connection is still there; a request that has waited behind another one is not told by Vert.x. */
    static boolean isOpen(HttpServerRequest request) {
        return !(request.connection() instanceof ConnectionBase connection) || connection.channel().isActive();
    }

    /**
     * Bounds what the kernel keeps of a stream for a client that does not read. Left to itself it grows the send buffer to
     * several megabytes, which then count as delivered while nobody has seen them.
     */
    static void limitSendBuffer(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            Channel channel = connection.channel();
            try {
                channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER);
            } catch (ChannelException e) {
                // The client has just left; the connection's close handler tells everybody.
            }
        }
    }
}
