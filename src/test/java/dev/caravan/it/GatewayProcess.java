package dev.caravan.it;

import dev.caravan.exec.NothingLeftBehind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway as users run it, the built jar in a process of its own. It runs on the Java of this process, or on the one that the
 * system property {@code caravan.java} names ({@code .../bin/java}).
 */
final class GatewayProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "caravan.jar");
    private static final Pattern LISTENS = Pattern.compile("Messages API at http://127\\.0\\.0\\.1:(\\d+)");
    private static final long STOP_SECONDS = 60;

    private final Process process;
    private final Path log;
    private final int port;

    private GatewayProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.port = awaitPort();
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param directory the test's own, for the configuration and the log
     * @param port where to listen; 0 for any free port
     */
    static GatewayProcess start(Path directory, String yaml, int port, String... options) throws IOException {
        Path config = Files.writeString(directory.resolve("caravan.yaml"), yaml);
        Path log = Files.createTempFile(directory, "gateway", ".log");
        List<String> command = new ArrayList<>();
        String usual = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command.add(System.getProperty("caravan.java", usual));
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms160m", "-Xmn96m", "-Xmx512m",
                "-XX:+HeapDumpOnOutOfMemoryError", "-XX:HeapDumpPath=" + directory));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", JAR.toAbsolutePath().toString(), "dev.caravan.cli.Caravan", "serve"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("CARAVAN_CONFIG", config.toString());
        builder.environment().put("CARAVAN_PORT", Integer.toString(port));
        builder.environment().remove("CARAVAN_HOST");
        return new GatewayProcess(builder.start(), log);
    }

    private int awaitPort() {
        Matcher[] banner = new Matcher[1];
        Patience.await("the gateway listens").atMost(java.time.Duration.ofSeconds(60)).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("the gateway has ended:\n" + log());
            }
            banner[0] = LISTENS.matcher(log());
            return banner[0].find();
        });
        return Integer.parseInt(banner[0].group(1));
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    RawClient connect() throws IOException {
        return RawClient.connect(port);
    }

    /** The processes that it has started and that run now, but for the guardian. */
    List<ProcessHandle> children() {
        return process.descendants().filter(NothingLeftBehind::runs).toList();
    }

    /** All that it has written so far. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it logged as an error of its own. */
    List<String> errors() {
        return log().lines().filter(line -> line.contains(" ERROR ")).toList();
    }

    /** How many calls it believes to be under way. */
    int activeCalls() {
        try (RawClient client = connect()) {
            String metrics = client.get("/metrics").reply().text();
            return metrics.lines().filter(line -> line.startsWith("caravan_calls_active"))
                    .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, as SIGTERM does; see {@link #ended}. */
    void terminate() {
        process.toHandle().destroy();
    }

    boolean ended(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        terminate();
        try {
            if (!ended(STOP_SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
