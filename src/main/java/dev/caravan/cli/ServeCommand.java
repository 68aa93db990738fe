package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Environment;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code caravan serve}: runs the gateway until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs the gateway.")
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--routes", paramLabel = "DIR", description = "Where the routes are; those of the jar when there is no such directory.")
    private Path routes = Path.of(System.getProperty("caravan.home", ""), "routes");

    @Option(names = "--kamelets", paramLabel = "DIR", description = "Where the kamelets are; those of the jar when there is no such directory.")
    private Path kamelets = Path.of(System.getProperty("caravan.home", ""), "kamelets");

    @Option(names = "--stop-when-ready", hidden = true, description = "Stops as soon as it serves: the launcher has the JVM note the classes of a start.")
    private boolean stopWhenReady;

    @Override
    public Integer call() {
        CaravanConfig config;
        try {
            config = CaravanConfig.load(Environment.ofProcess(), Path.of(""));
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Main main = GatewayMain.create(config, routes, kamelets);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport started) {
                if (stopWhenReady) {
                    main.completed();
                } else {
                    Banner.print(config, GatewayMain.port(started.getCamelContext()), System.out);
                    new MlxWorkerCheck(config, System.getenv()).all().forEach(ServeCommand::warn);
                }
            }
        });
        try {
            main.run();
        } catch (Exception e) {
            System.err.println("caravan: " + reason(e));
            return 1;
        }
        return main.getExitCode();
    }

    private static void warn(Finding finding) {
        System.err.println(TerminalText.visible("caravan: " + finding.text()
                + finding.advice().map(advice -> "; " + advice).orElse("")));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
