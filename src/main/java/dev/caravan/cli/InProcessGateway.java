package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ClientKey;
import dev.caravan.config.Secret;
import dev.caravan.config.ServerConfig;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.camel.main.Main;

/**
 * The gateway in this process, with the same routes as {@code caravan serve}, for as long as a command needs it. It listens on a
 * free port of the loopback address, and takes no key but one that only this process knows: other users of the machine reach that
 * port, too.
 */
final class InProcessGateway implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";
    private static final int KEY_BYTES = 32;
    private static final int SHUTDOWN_SECONDS = 5;

    private final Main main;
    private final Secret key;

    private InProcessGateway(Main main, Secret key) {
        this.main = main;
        this.key = key;
    }

    /**
     * Starts it.
     *
     * @param config the configuration, whose address and keys are not used
     * @param home where the directories of routes and kamelets are
     * @throws CommandFailure when it does not start
     */
    static InProcessGateway start(CaravanConfig config, Optional<Path> home) throws CommandFailure {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "log4j2-quiet.properties");
        }
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        Secret key = Secret.of(HexFormat.of().formatHex(random));
        Path directory = home.orElse(Path.of(""));
        Main main = GatewayMain.create(alone(config, key), directory.resolve("routes"), directory.resolve("kamelets"));
        main.configure().withShutdownTimeout(SHUTDOWN_SECONDS);
        InProcessGateway gateway = new InProcessGateway(main, key);
        try {
            main.start();
        } catch (Exception e) {
            gateway.close();
            throw new CommandFailure("the gateway does not start: " + reason(e));
        }
        return gateway;
    }

    private static CaravanConfig alone(CaravanConfig config, Secret key) {
        ServerConfig server = new ServerConfig(HOST, 0, List.of(), config.server().maxBodyBytes(),
                Optional.empty());
        return new CaravanConfig(config.source(), server, List.of(new ClientKey("chat", key, true)), config.timeouts(),
                config.memoryBudget(), Optional.empty(),
                config.providers(), config.models());
    }

    /** Where it listens. */
    URI url() {
        return GatewayUrl.of(HOST, GatewayMain.port(main.getCamelContext()));
    }

    /** The only key that it takes. */
    Secret key() {
        return key;
    }

    /** Stops it; answers that are still under way have {@value #SHUTDOWN_SECONDS} s to end. */
    @Override
    public void close() {
        main.stop();
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
