package dev.caravan.routes;

import dev.caravan.chatcompletions.ChatDoor;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.config.ExecProvider;
import dev.caravan.exec.WorkerPools;
import dev.caravan.http.GatewayServer;
import dev.caravan.routing.ContextLengths;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the routes up for a configuration: reads {@code caravan.yaml} unless a {@link CaravanConfig} is bound already, opens the
 * HTTP server that it asks for, and adds a route for each provider. The bean {@value #CONFIG} is the configuration for all
 * steps that want it. Declared in {@code routes/gateway.camel.yaml}, so that it works wherever the routes are loaded.
 */
public final class Gateway implements CamelContextAware {
    /** The name of the bean that is the configuration. */
    public static final String CONFIG = "caravanConfig";
    /** The name of the bean that is the registry of metrics. */
    public static final String METRICS = "caravanMetrics";

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private CamelContext context;
    private Duration requestTimeout = Duration.ofSeconds(120);

    /** How long a connection may be open with no request under way and none arriving in full; 120 s by default. */
    public void setRequestTimeout(Duration requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
    }

    /**
     * Does it all, before the context starts its routes.
     *
     * @throws ConfigException when the configuration has mistakes
     * @throws IOException when the address to listen on cannot be had
     */
    public void configure() throws Exception {
        Registry registry = context.getRegistry();
        if (registry.lookupByName(METRICS) != null) {
            return; // Camel reads a file of beans twice, first for its modeline
        }
        CaravanConfig config = registry.lookupByNameAndType(CONFIG, CaravanConfig.class);
        if (config == null) {
            config = load();
            registry.bind(CONFIG, config);
        }
        openServer(config);
        context.addRoutes(new ProviderRoutes(config));
        PrometheusMeterRegistry metrics = metrics();
        keepWorkers(config, metrics);
        QueueSetup.apply(context, config, metrics);
        registry.bind(METRICS, metrics); // last: what has failed is tried again, and fails loudly, at the second reading
    }

    /** Tells the mistakes in a line of their own, too: as the cause of a bean that cannot be made they end up far down. */
    private static CaravanConfig load() {
        try {
            return CaravanConfig.load();
        } catch (ConfigException e) {
            LOG.error("The configuration has mistakes:\n{}", e.getMessage());
            throw e;
        }
    }

    private void openServer(CaravanConfig config) throws Exception {
        String host = config.server().host();
        int port = config.server().port();
        requireFree(host, port);
        VertxPlatformHttpServerConfiguration settings = new VertxPlatformHttpServerConfiguration();
        settings.setBindHost(host);
        settings.setBindPort(port);
        context.getRegistry().bind("caravanHttp", settings);
        context.addService(new GatewayServer(settings, requestTimeout, ChatDoor::format));
        // Camel JBang opens a server of its own, on 0.0.0.0:8080, as soon as it has to find this component by itself.
        if (context.hasComponent(PlatformHttpConstants.PLATFORM_HTTP_COMPONENT_NAME) == null) {
            context.addComponent(PlatformHttpConstants.PLATFORM_HTTP_COMPONENT_NAME, new PlatformHttpComponent());
        }
    }

    /** Told before anything else is set up, in a message of its own. */
    private static void requireFree(String host, int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage()
                    + "; server.port in caravan.yaml or CARAVAN_PORT chooses another port", e);
        }
    }

    /** Processes that are kept begin to load when all else is up, which then does not wait for them. */
    private void keepWorkers(CaravanConfig config, MeterRegistry metrics) {
        List<ExecProvider> keepers = config.providers().values().stream().filter(ExecProvider.class::isInstance)
                .map(ExecProvider.class::cast).filter(provider -> provider.workers().isPresent()).toList();
        if (keepers.isEmpty()) {
            return;
        }
        PoolMetrics counts = new PoolMetrics(metrics);
        WorkerPools pools = new WorkerPools(context, config.memoryBudget(), counts);
        pools.addToContext();
        keepers.forEach(provider -> {
            pools.open(provider);
            counts.watch(pools, provider.name());
        });
        ContextLengths told = provider -> pools.status().stream().filter(pool -> pool.provider().equals(provider))
                .findFirst().map(pool -> pool.facts().contextLength()).orElse(OptionalLong.empty());
        context.getRegistry().bind(ContextLengths.BEAN, told);
        try {
            context.addStartupListener(
                    (started, already) -> keepers.forEach(provider -> WorkerPools.of(started).warmUp(provider)));
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    private static PrometheusMeterRegistry metrics() {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmGcMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        new UptimeMetrics().bindTo(metrics);
        return metrics;
    }
}
