package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.routes.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;

/** Puts the gateway together as a Camel application that can be started here or in a test. */
public final class GatewayMain {
    private static final int SHUTDOWN_SECONDS = 30;

    private GatewayMain() {}

    /**
     * A Camel application of all routes, not yet started.
     *
     * @param routes the directory of route files; those of the class path when there is none
     * @param kamelets the directory of kamelets; those of the class path when there is none
     */
    public static Main create(CaravanConfig config, Path routes, Path kamelets) {
        Main main = new Main();
        main.bind(Gateway.CONFIG, config);
        main.configure().withName("caravan").withJmxEnabled(false).withAutoConfigurationLogSummary(false)
                .withShutdownTimeout(SHUTDOWN_SECONDS)
                .withRoutesIncludePattern(Files.isDirectory(routes)
                        ? "file:" + routes + "/*.camel.yaml"
                        : "classpath:camel/*.camel.yaml");
        main.addInitialProperty("camel.component.kamelet.location",
                Files.isDirectory(kamelets) ? "file:" + kamelets + ",classpath:kamelets" : "classpath:kamelets");
        return main;
    }

    /** The port that a started gateway listens on. */
    public static int port(CamelContext context) {
        return context.hasService(VertxPlatformHttpServer.class).getPort();
    }
}
