package dev.caravan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * ActiveMQ Artemis as its distribution runs it, a process of its own on a free port of this machine, with
 * {@code examples/deploy/broker.xml}. Its user is {@value #USER}, whose password is {@value #PASSWORD}. The build unpacks the
 * distribution.
 */
public final class ExternalBroker implements AutoCloseable {
    public static final String USER = "caravan";
    public static final String PASSWORD = "caravan-secret";

    private static final Path DISTRIBUTIONS = Path.of("target/artemis");

    private final Path home;
    private final Path instance;
    private final Map<String, String> settings;
    private final int port = FreePort.find();
    private ServerProcess process;

    private ExternalBroker(Path home, Path instance, Map<String, String> settings) {
        this.home = home;
        this.instance = instance;
        this.settings = settings;
    }

    /**
     * Makes an instance and starts it.
     *
     * @param directory an empty one, which the instance goes to
     * @param settings  system properties that {@code broker.xml} reads
     */
    public static ExternalBroker start(Path directory, Map<String, String> settings) {
        try {
            ExternalBroker broker = new ExternalBroker(distribution(), directory.resolve("instance"), settings);
            broker.make();
            broker.restart();
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** {@code kill -9}. */
    public void kill() {
        process.kill();
    }

    /** Starts it again with the journal that is there. */
    public void restart() {
        List<String> command = new ArrayList<>(java());
        command.add("-Dcaravan.host=127.0.0.1");
        command.add("-Dcaravan.port=" + port);
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-Dartemis.instance=" + instance, "-Dartemis.instance.etc=" + instance.resolve("etc"),
                "-Ddata.dir=" + instance.resolve("data"),
                "-Djava.security.auth.login.config=" + instance.resolve("etc/login.config"),
                "-Dlog4j2.configurationFile=" + instance.resolve("etc/log4j2.properties")));
        command.addAll(main("run"));
        process = ServerProcess.start(command, instance, instance.resolve("output.log"), this::isUp);
    }

    @Override
    public void close() {
        process.kill();
    }

    private void make() throws IOException {
        List<String> command = new ArrayList<>(java());
        command.addAll(main("create", "--user", USER, "--password", PASSWORD, "--require-login", "--no-web",
                "--no-autotune", "--nio", "--silent", instance.toString()));
        Path log = instance.resolveSibling("create.log");
        Process create = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (create.waitFor() != 0) {
                throw new IllegalStateException(Files.readString(log));
            }
        } catch (InterruptedException e) {
            create.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Files.copy(Path.of("examples/deploy/broker.xml"), instance.resolve("etc/broker.xml"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private List<String> java() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dartemis.home=" + home);
    }

    private List<String> main(String... arguments) {
        List<String> command = new ArrayList<>(List.of("-classpath", home.resolve("lib/artemis-boot.jar").toString(),
                "org.apache.activemq.artemis.boot.Artemis"));
        command.addAll(List.of(arguments));
        return command;
    }

    private boolean isUp() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path distribution() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(DISTRIBUTIONS),
                "there is no Artemis in " + DISTRIBUTIONS + "; the build unpacks it there");
        try (Stream<Path> all = Files.list(DISTRIBUTIONS)) {
            return all.filter(Files::isDirectory).findFirst().orElseThrow().toAbsolutePath();
        }
    }
}
