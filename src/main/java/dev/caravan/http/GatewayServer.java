package dev.caravan.http;

import dev.caravan.message.ReplyFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.function.Function;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server behind platform-http, opened with what platform-http leaves at Vert.x's defaults: failures of the server itself
 * are told in the API's envelope, connections on which nothing is asked are closed, and the door that takes what no other one
 * does stays the last, whenever the others were opened.
 */
public final class GatewayServer extends VertxPlatformHttpServer {
    /** The stock server's, in whose place this stands: it tells where the stock one would. */
    private static final Logger LOG = LoggerFactory.getLogger(VertxPlatformHttpServer.class);
    /** The path of a door that takes everything. */
    private static final String EVERYTHING = "/*";
    /** The longest address that is served, in characters. */
    private static final int MAX_ADDRESS = 4_096;
    /** The longest first line, in bytes, of a request that is read at all, so that it can be told at its own door that it is too long. */
    private static final int MAX_LINE = 4 * MAX_ADDRESS;

    private final VertxPlatformHttpServerConfiguration settings;
    private final IdleConnections connections;
    private final Function<String, ReplyFormat> formats;
    private Vertx ownVertx;
    private HttpServer server;

    /**
     * @param settings where to listen
     * @param requestTimeout how long a connection may be open with no request under way and none arriving in full
     * @param formats how failures of the server itself are told at an address, which is a path and perhaps a query, as the client
     *        wrote it
     */
    public GatewayServer(VertxPlatformHttpServerConfiguration settings, Duration requestTimeout,
            Function<String, ReplyFormat> formats) {
        super(settings);
        this.settings = settings;
        this.connections = new IdleConnections(requestTimeout);
        this.formats = formats;
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    @Override
    public int getPort() {
        return server == null ? settings.getBindPort() : server.actualPort();
    }

    @Override
    protected Vertx createVertxInstance() {
        ownVertx = super.createVertxInstance();
        return ownVertx;
    }

    @Override
    protected void initializeServer() {
        super.initializeServer();
        String name = VertxPlatformHttpRouter.getRouterNameFromPort(settings.getBindPort());
        Router routes = VertxPlatformHttpRouter.lookup(getCamelContext(), name);
        ServerFailure.handle(routes, formats);
        getCamelContext().getRegistry().unbind(name);
        getCamelContext().getRegistry().bind(name, new Doors(this, routes, name));
    }

    @Override
    protected void startServer() {
        String name = VertxPlatformHttpRouter.getRouterNameFromPort(settings.getBindPort());
        Router doors = VertxPlatformHttpRouter.lookup(getCamelContext(), name);
        HttpServer opened = getVertx().createHttpServer(connections.serverOptions().setMaxInitialLineLength(MAX_LINE))
                .connectionHandler(connections::opened)
                .invalidRequestHandler(request -> ServerFailure.invalid(request, formats))
                .requestHandler(request -> {
                    connections.asked(request);
                    if (request.uri().length() > MAX_ADDRESS) {
                        ServerFailure.tooLong(request, formats.apply(request.uri()));
                    } else {
                        EarlyBody.take(request, doors);
                    }
                });
        await(opened.listen(settings.getBindPort(), settings.getBindHost()));
        server = opened;
        LOG.info("Vert.x HttpServer started on {}:{}", settings.getBindHost(), opened.actualPort());
        connections.watch(getVertx());
    }

    @Override
    protected void stopServer() {
        if (server != null) {
            await(server.close());
            server = null;
        }
    }

    @Override
    protected void stopVertx() {
        if (ownVertx != null) {
            await(ownVertx.close());
            ownVertx = null;
            setVertx(null);
        }
    }

    private static void await(Future<?> done) {
        done.toCompletionStage().toCompletableFuture().join();
    }

    /** Vert.x asks routes in the order in which they were added; a door that is closed and opened again would be behind all. */
    private static final class Doors extends VertxPlatformHttpRouter {
        private final VertxPlatformHttpRouter routes;

        Doors(VertxPlatformHttpServer server, Router routes, String name) {
            super(server, server.getVertx(), routes, name);
            this.routes = (VertxPlatformHttpRouter) routes;
        }

        @Override
        public Route route(String path) {
            Route route = super.route(path);
            return path.equals(EVERYTHING) ? route.last() : route;
        }

        @Override
        public Handler<RoutingContext> bodyHandler() {
            return routes.bodyHandler();
        }
    }
}
