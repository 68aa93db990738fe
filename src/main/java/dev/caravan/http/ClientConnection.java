package dev.caravan.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;

/** What has to be known of and done to a client's connection and Vert.x does not offer. */
final class ClientConnection {
    private static final int SEND_BUFFER = 256 * 1024;

    private ClientConnection() {}

    /** Whether the connection is still there; a request that has waited behind another one is not told by Vert.x. */
    static boolean isOpen(HttpServerRequest request) {
        return channel(request).isActive();
    }

    /**
     * Bounds what the kernel keeps of a stream for a client that does not read. Left to itself it grows the send buffer to
     * several megabytes, which then count as delivered while nobody has seen them.
     */
    static void limitSendBuffer(HttpServerRequest request) {
        option(channel(request), ChannelOption.SO_SNDBUF, SEND_BUFFER);
    }

    /**
     * Cuts a client off, so that what it has got of its reply does not look whole. Vert.x closes a connection only when everything
     * has been sent, which is never when the client does not read; so this goes past it.
     */
    static void cut(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
            return;
        }
        Channel channel = channel(request);
        boolean reset = request.version() == HttpVersion.HTTP_1_0; // for which the end of the connection is that of the reply
        channel.eventLoop().execute(() -> {
            if (reset) {
                option(channel, ChannelOption.SO_LINGER, 0);
            }
            channel.unsafe().close(channel.voidPromise());
        });
    }

    private static void option(Channel channel, ChannelOption<Integer> option, int value) {
        try {
            channel.config().setOption(option, value);
        } catch (ChannelException e) {
            // The client has just left; the connection's close handler tells everybody.
        }
    }

    /**
     * Cuts a client off that takes nothing for the stall time-out of what is still to be sent of its reply. Called on the event
     * loop. A reply over HTTP/2 shares its connection and is not watched.
     *
     * @param sent complete when the kernel has taken all of the reply
     */
    static void watch(HttpServerRequest request, Future<Void> sent, Duration stallTimeout) {
        if (!sent.isComplete() && request.version() != HttpVersion.HTTP_2) {
            watch(request, sent, stallTimeout, unsent(channel(request)));
        }
    }

    private static void watch(HttpServerRequest request, Future<Void> sent, Duration stallTimeout, long before) {
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(stallTimeout.toMillis(), id -> {
            long now = unsent(channel(request));
            if (sent.isComplete()) {
                return;
            }
            if (now >= before) {
                cut(request);
            } else {
                watch(request, sent, stallTimeout, now);
            }
        });
        sent.onComplete(nothing -> vertx.cancelTimer(timer));
    }

    /** A number that becomes smaller whenever the client takes something: netty counts a buffer until all of it is sent. */
    private static long unsent(Channel channel) {
        ChannelOutboundBuffer buffers = channel.unsafe().outboundBuffer();
        if (buffers == null) {
            return 0; // closed
        }
        return buffers.totalPendingWriteBytes()
                + (buffers.current() instanceof ByteBuf first ? first.readableBytes() : 0);
    }

    /** Whether the kernel has taken all that was to be sent. */
    static boolean hasSentAll(HttpConnection connection) {
        return unsent(channel(connection)) == 0;
    }

    /** Takes Vert.x's own idle time-out, which knows of no requests, from a connection that has got as far as to have one. */
    static void removeIdleTimeout(HttpConnection connection) {
        Channel channel = channel(connection);
        if (channel.pipeline().get(IdleStateHandler.class) != null) {
            channel.eventLoop().execute(() -> {
                if (channel.pipeline().get(IdleStateHandler.class) != null) {
                    channel.pipeline().remove(IdleStateHandler.class);
                }
            });
        }
    }

    private static Channel channel(HttpServerRequest request) {
        return channel(request.connection());
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }
}
