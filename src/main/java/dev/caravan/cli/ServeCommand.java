package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Environment;
import dev.caravan.routes.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.BaseMainSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code caravan serve}: runs the gateway until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs the gateway.")
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--routes", paramLabel = "DIR", description = "Where the routes are; those of the jar when there is no such directory.")
    Path routes = Path.of(System.getProperty("caravan.home", ""), "routes");

    @Option(names = "--kamelets", paramLabel = "DIR", description = "Where the kamelets are; those of the jar when there is no such directory.")
    Path kamelets = Path.of(System.getProperty("caravan.home", ""), "kamelets");

    @Override
    public Integer call() throws Exception {
        CaravanConfig config;
        try {
            config = CaravanConfig.load(Environment.ofProcess(), Path.of(""));
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Main main = new Main();
        main.bind(Gateway.CONFIG, config);
        main.configure().withName("caravan")
                .withRoutesIncludePattern(pattern(routes, "classpath:camel/*.camel.yaml", "*.camel.yaml"));
        main.addInitialProperty("camel.component.kamelet.location", pattern(kamelets, "classpath:kamelets", ""));
        main.addMainListener(new Banner(config));
        try {
            main.run();
        } catch (Exception e) {
            System.err.println("caravan: " + reason(e));
            return 1;
        }
        return main.getExitCode();
    }

    private static String pattern(Path directory, String otherwise, String files) {
        return Files.isDirectory(directory) ? "file:" + directory + (files.isEmpty() ? "" : "/" + files) : otherwise;
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static final class Banner extends MainListenerSupport {
        private final CaravanConfig config;

        Banner(CaravanConfig config) {
            this.config = config;
        }

        @Override
        public void afterStart(BaseMainSupport main) {
            CamelContext context = main.getCamelContext();
            VertxPlatformHttpServer server = context.hasService(VertxPlatformHttpServer.class);
            String host = config.server().host();
            String url = "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort();
            System.out.println("Caravan listens on " + url);
        }
    }
}
