package dev.caravan.it;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.caravan.cli.GatewayMain;
import dev.caravan.config.CaravanConfig;
import dev.caravan.config.Environment;
import dev.caravan.routes.Gateway;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/** The gateway itself, with the routes and kamelets of the project, in this JVM on a port of its own. */
final class GatewayUnderTest implements AutoCloseable {
    private static final int SHUTDOWN_SECONDS = 5;

    private final Main main;
    private final Path config;
    private final LogRecorder log;

    private GatewayUnderTest(Main main, Path config, LogRecorder log) {
        this.main = main;
        this.config = config;
        this.log = log;
    }

    /** Starts it with this as its caravan.yaml, but for the server, which listens on any free port. */
    static GatewayUnderTest start(String yaml) {
        return start(yaml, Map.of());
    }

    /** Starts it with Camel properties such as {@code caravan.keep-alive.first}, and further files of routes, each after a comma. */
    static GatewayUnderTest start(String yaml, Map<String, String> properties, String... routes) {
        LogRecorder log = LogRecorder.attach();
        try {
            Path config = Files.writeString(Files.createTempFile("caravan", ".yaml"), yaml);
            Environment environment = Environment.of(Map.of("CARAVAN_CONFIG", config.toString(), "CARAVAN_PORT", "0"));
            Main main = GatewayMain.create(CaravanConfig.load(environment, Path.of("")), Path.of("routes"),
                    Path.of("kamelets"));
            String all = main.configure().getRoutesIncludePattern() + String.join("", routes);
            main.configure().withShutdownTimeout(SHUTDOWN_SECONDS).withRoutesIncludePattern(all);
            properties.forEach(main::addInitialProperty);
            main.start();
            return new GatewayUnderTest(main, config, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return GatewayMain.port(context());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    RawClient connect() throws IOException {
        return RawClient.connect(port());
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    LogRecorder log() {
        return log;
    }

    /** How many calls the gateway believes to be under way. */
    int activeCalls() {
        MeterRegistry metrics = context().getRegistry().lookupByNameAndType(Gateway.METRICS, MeterRegistry.class);
        return (int) metrics.get("caravan.calls.active").gauge().value();
    }

    /** Waits until no call is under way any more. */
    void awaitIdle() {
        Patience.await("no call is under way").until(() -> activeCalls() == 0);
    }

    /** How many threads serve calls. Virtual threads are in no list of threads but in a dump. */
    long workers() {
        try {
            Path dump = Files.createTempDirectory("caravan").resolve("threads");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(),
                    HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            long workers = Files.readAllLines(dump).stream().filter(line -> line.contains("\"caravan-worker-")).count();
            Files.delete(dump);
            Files.delete(dump.getParent());
            return workers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        main.stop();
        log.detach();
        try {
            Files.deleteIfExists(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
